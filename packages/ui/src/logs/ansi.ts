import Anser from "anser";

/** A piece of a message and how a terminal shows it. */
export interface StyledText {
  readonly text: string;
  readonly style: TextStyle | undefined;
}

/** Properties of CSS. */
export interface TextStyle {
  readonly color?: string;
  readonly backgroundColor?: string;
  readonly fontWeight?: number;
  readonly fontStyle?: "italic";
  readonly textDecoration?: string;
}

/** A message in the colours that its ANSI sequences ask for; the sequences themselves are left out. */
export function styledText(message: string): readonly StyledText[] {
  if (!message.includes(escapeCharacter)) return [{ text: message, style: undefined }];
  return Anser.ansiToJson(message.replace(notColors, ""), { json: true, use_classes: true, remove_empty: true }).map(
    (part) => ({ text: part.content, style: styleOf(part) }),
  );
}

/** A message without ANSI sequences. */
export function plainText(message: string): string {
  return message.includes(escapeCharacter)
    ? styledText(message)
        .map(({ text }) => text)
        .join("")
    : message;
}

const escapeCharacter = "\u001b";

/** Titles, links and character sets of a terminal, which the library leaves in the text. */
const notColors = new RegExp(
  ["\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)", "[()][0-9A-Z]"].map((rest) => escapeCharacter + rest).join("|"),
  "g",
);

/** The named colours are those of the states, which are readable on both themes. */
const named: Readonly<Record<string, string>> = {
  black: "var(--muted)",
  red: "var(--state-failed)",
  green: "var(--state-completed)",
  yellow: "var(--state-late)",
  blue: "var(--state-running)",
  magenta: "var(--state-paused)",
  cyan: "var(--state-cached)",
  white: "var(--text)",
};
const namesInOrder = Object.keys(named);

type Part = ReturnType<typeof Anser.ansiToJson>[number];

function styleOf(part: Part): TextStyle | undefined {
  const { decorations } = part;
  const foreground = colorOf(part.fg, part.fg_truecolor);
  const background = colorOf(part.bg, part.bg_truecolor);
  const lines = [
    ...(decorations.includes("underline") ? ["underline"] : []),
    ...(decorations.includes("strikethrough") ? ["line-through"] : []),
  ];
  const style: TextStyle = {
    ...(foreground === undefined ? {} : { color: foreground }),
    // A full background would need a text colour chosen for it on each theme: a tint keeps every text readable.
    ...(background === undefined
      ? {}
      : { backgroundColor: `color-mix(in oklab, ${background} 22%, transparent)`, color: "var(--text)" }),
    ...(decorations.includes("bold") ? { fontWeight: 700 } : {}),
    ...(decorations.includes("italic") ? { fontStyle: "italic" as const } : {}),
    ...(lines.length > 0 ? { textDecoration: lines.join(" ") } : {}),
  };
  return Object.keys(style).length === 0 ? undefined : style;
}

/** The colour of a class of the library, such as `ansi-bright-red` or `ansi-palette-208`. */
function colorOf(name: string | null, trueColor: string | null): string | undefined {
  if (name === null) return undefined;
  if (name === "ansi-truecolor") return trueColor === null ? undefined : readable(`rgb(${trueColor})`);
  const index = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  if (index !== undefined) return paletteColor(Number(index));
  return named[name.replace(/^ansi-(?:bright-)?/, "")];
}

/** Of the 256 colours: 16 named ones, a cube of 6 × 6 × 6, and 24 greys. */
function paletteColor(index: number): string | undefined {
  if (index < 16) return named[namesInOrder[index % 8] ?? ""];
  if (index > 231) {
    const grey = 8 + (index - 232) * 10;
    return readable(`rgb(${grey}, ${grey}, ${grey})`);
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
  return readable(`rgb(${red}, ${green}, ${blue})`);
}

/** The colour, made lighter or darker as far as the theme needs it to be read. */
function readable(color: string): string {
  return `oklch(from ${color} clamp(var(--ansi-darkest), l, var(--ansi-lightest)) c h)`;
}
