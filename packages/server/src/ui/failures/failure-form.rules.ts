/** What stands for a part of a message that differs from run to run. */
const any = "…";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these sequences begin with a control character
const colours = /\u001b\[[\d;]*m/g;

/** What may differ between failures of the same cause; the first pattern that fits counts. */
const patterns = [
  // Addresses.
  /\b[a-z][a-z\d+.-]*:\/\/[^\s'"`<>)\]]+/,
  /'[^'\n]*'|"[^"\n]*"|`[^`\n]*`/,
  /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/,
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/,
  // Paths of files: at least two parts, or a drive.
  /(?<![\w/])(?:[A-Za-z]:)?(?:\.{0,2}[\\/][\w.@~+-]+){2,}[\\/]?/,
  /\b0x[\da-f]+\b/,
  // Digests and short ids: letters to f and digits, of both.
  /\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{6,}\b/,
  /(?<![\w.])[-+]?\d[\d,._]*(?:e[-+]?\d+)?/,
  /\d+/,
];
const varying = new RegExp(`(${patterns.map(({ source }) => source).join("|")})`, "gi");

const maxCharacters = 300;

/** A message without what differs between failures of the same cause: numbers, ids, paths, times and quoted values. */
export function failureForm(message: string): string {
  return tidy(partsOf(message).map((part, index) => (isVarying(index) ? any : part)));
}

/** What messages of one form say in common: with a mark only where they differ. */
export function commonMessage(messages: readonly [string, ...string[]]): string {
  const [first, ...others] = messages.map(partsOf) as [readonly string[], ...(readonly string[])[]];
  if (others.some(({ length }) => length !== first.length)) return failureForm(messages[0]);
  return tidy(first.map((part, index) => (others.every((other) => other[index] === part) ? part : any)));
}

/** What stays and what may differ, by turns. */
function partsOf(message: string): readonly string[] {
  const [line = ""] = message.trim().split("\n", 1);
  return line
    .slice(0, 2 * maxCharacters)
    .replace(colours, "")
    .split(varying);
}

function isVarying(index: number): boolean {
  return index % 2 === 1;
}

function tidy(parts: readonly string[]): string {
  return parts
    .join("")
    .replace(/…(?:[\s.,:/-]*…)+/g, any)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, maxCharacters);
}
