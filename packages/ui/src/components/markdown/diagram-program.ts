import mermaid from "mermaid";

/** The colours of the page, as hexadecimal numbers. */
export interface DiagramColors {
  readonly isDark: boolean;
  readonly surface: string;
  readonly box: string;
  readonly border: string;
  readonly line: string;
  readonly text: string;
  /** Behind a remark. */
  readonly note: string;
  /** Of parts that are told apart by colour alone, such as those of a pie, and of text on them. */
  readonly parts: readonly string[];
  readonly onParts: string;
}

export interface DrawnDiagram {
  readonly kind: "drawn";
  readonly svg: string;
  /** What its author calls it, or else its kind. */
  readonly name: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

export type Drawing = DrawnDiagram | { readonly kind: "undrawn"; readonly problem: string };

export interface DiagramWindow extends Window {
  drawDiagram(source: string, colors: DiagramColors): Promise<Drawing>;
}

const maxCharacters = 50_000;
let drawn = 0;

/** Runs in the frame of `diagram-frame.ts`. Its errors are of another realm, so they leave as text. */
async function drawDiagram(source: string, colors: DiagramColors): Promise<Drawing> {
  if (source.length > maxCharacters) {
    return { kind: "undrawn", problem: `It has more than ${maxCharacters.toLocaleString("en")} characters.` };
  }
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    maxTextSize: maxCharacters,
    // Labels are text of SVG, since browsers differ in whether a picture shows HTML.
    htmlLabels: false,
    // A picture has no fonts but those of the system.
    fontFamily: "ui-sans-serif, system-ui, sans-serif",
    look: "classic",
    theme: "base",
    darkMode: colors.isDark,
    themeVariables: themeOf(colors),
  });
  try {
    drawn += 1;
    const { svg, diagramType } = await mermaid.render(`diagram-${drawn}`, source);
    return pictureOf(svg, diagramType);
  } catch (error) {
    return { kind: "undrawn", problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "EncodingError") {
    return "It names a picture of another machine, which is not loaded.";
  }
  return error instanceof Error ? error.message : String(error);
}

function themeOf(colors: DiagramColors): Readonly<Record<string, string | boolean>> {
  return {
    darkMode: colors.isDark,
    background: colors.surface,
    primaryColor: colors.box,
    primaryTextColor: colors.text,
    primaryBorderColor: colors.border,
    lineColor: colors.line,
    textColor: colors.text,
    noteBkgColor: colors.note,
    noteTextColor: colors.text,
    noteBorderColor: colors.line,
    fontSize: "14px",
    pieOpacity: "1",
    pieStrokeColor: colors.surface,
    pieOuterStrokeWidth: "0",
    pieSectionTextColor: colors.onParts,
    ...Object.fromEntries(colors.parts.map((color, index) => [`pie${index + 1}`, color])),
  };
}

/** The drawing as XML, which pictures have to be, and as large as it was drawn. */
function pictureOf(svg: string, diagramType: string): Drawing {
  const element = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (element === null) return { kind: "undrawn", problem: "It has nothing to draw." };
  const { width, height } = element.viewBox.baseVal;
  element.setAttribute("width", String(width));
  element.setAttribute("height", String(height));
  element.style.maxWidth = "";
  const title = element.querySelector(":scope > title")?.textContent ?? "";
  return {
    kind: "drawn",
    svg: new XMLSerializer().serializeToString(element),
    name: title === "" ? `Diagram (${diagramType})` : title,
    width: Math.ceil(width),
    height: Math.ceil(height),
  };
}

Object.assign(globalThis, { drawDiagram });
