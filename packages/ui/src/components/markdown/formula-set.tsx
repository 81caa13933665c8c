import { render } from "katex";
import "katex/dist/katex.min.css";
import { useLayoutEffect, useRef, useState } from "react";

export interface FormulaProps {
  /** In TeX. */
  readonly source: string;
  /** Whether it stands alone and not in a line of text. */
  readonly isBlock?: boolean;
}

/** In ems and expansions of macros: a formula neither covers the page nor keeps the browser busy. */
const bounds = { maxSize: 20, maxExpand: 500 };

/** KaTeX makes elements and no HTML, and follows no address that a formula has. */
export function FormulaSet({ source, isBlock = false }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  const [problem, setProblem] = useState<string>();
  useLayoutEffect(() => {
    if (place.current === null) return;
    try {
      render(source, place.current, { displayMode: isBlock, trust: false, strict: "ignore", ...bounds });
      setProblem(undefined);
    } catch (error) {
      place.current.replaceChildren();
      setProblem(error instanceof Error ? error.message.replace("KaTeX parse error: ", "") : String(error));
    }
  }, [source, isBlock]);
  const formula = (
    <>
      <span ref={place} />
      {problem === undefined ? null : (
        <>
          <code>{source}</code> <span className="text-danger">This formula can't be shown: {problem}</span>
        </>
      )}
    </>
  );
  if (!isBlock) return formula;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="formula-block" tabIndex={0} role="region" aria-label="Formula">
      {formula}
    </div>
  );
}
