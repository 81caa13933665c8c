import { useEffect, useState } from "react";
import { themeColor, useThemeGeneration } from "../../theme.ts";
import { drawDiagram } from "./diagram-frame.ts";
import type { DiagramColors, Drawing, DrawnDiagram } from "./diagram-program.ts";

export interface DiagramProps {
  /** In the language of Mermaid. */
  readonly source: string;
}

/**
 * The drawing is a picture, which runs nothing and fetches nothing, made in a frame that may not reach other machines: a diagram may name
 * pictures and styles of theirs.
 */
export function DiagramDrawn({ source }: DiagramProps) {
  const drawing = useDrawing(source);
  if (drawing === undefined) return <pre>{source}</pre>;
  return drawing.kind === "drawn" ? (
    <Drawn drawing={drawing} source={source} />
  ) : (
    <Undrawn problem={drawing.problem} source={source} />
  );
}

/** Drawn again in other colours where the theme changes; until then the former drawing stays. */
function useDrawing(source: string): Drawing | undefined {
  const generation = useThemeGeneration();
  const [drawing, setDrawing] = useState<{ readonly source: string; readonly result: Drawing }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are those of the generation
  useEffect(() => {
    let isWanted = true;
    void drawDiagram(source, presentColors()).then((result) => isWanted && setDrawing({ source, result }));
    return () => {
      isWanted = false;
    };
  }, [source, generation]);
  return drawing?.source === source ? drawing.result : undefined;
}

const partTokens = [
  "accent",
  "state-completed",
  "state-retry",
  "state-running",
  "state-failed",
  "state-cached",
  "state-paused",
  "state-cancelled",
];

function presentColors(): DiagramColors {
  return {
    isDark: document.documentElement.dataset.theme === "dark",
    surface: themeColor("surface"),
    box: themeColor("accent-soft"),
    line: themeColor("muted"),
    border: themeColor("accent"),
    text: themeColor("text"),
    note: themeColor("pressed"),
    parts: partTokens.map(themeColor),
    onParts: themeColor("on-accent"),
  };
}

/** Text of a diagram that is drawn smaller can't be read; a wider one is scrolled. */
const smallestScale = 0.7;

function Drawn({ drawing, source }: { readonly drawing: DrawnDiagram; readonly source: string }) {
  const address = useAddressOf(drawing.svg);
  return (
    <figure className="diagram">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="diagram-picture" tabIndex={0} role="region" aria-label={drawing.name}>
        {address === undefined ? null : (
          <img
            src={address}
            alt={drawing.name}
            width={drawing.width}
            height={drawing.height}
            style={{ minWidth: drawing.width * smallestScale }}
          />
        )}
      </div>
      <details>
        <summary>Source of the diagram</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0}>{source}</pre>
      </details>
    </figure>
  );
}

function useAddressOf(svg: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [svg]);
  return address;
}

function Undrawn({ problem, source }: { readonly problem: string; readonly source: string }) {
  return (
    <figure className="diagram" role="group" aria-label="A diagram that can't be drawn">
      <p className="font-medium text-danger">This diagram can't be drawn.</p>
      <p className="font-mono text-xs whitespace-pre-wrap text-muted">{problem}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{source}</pre>
    </figure>
  );
}
