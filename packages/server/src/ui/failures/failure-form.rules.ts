/** What stands for a part of a message that differs from run to run. */
const any = "…";

const folded: readonly (readonly [RegExp, string])[] = [
  // Colours of terminals.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these sequences begin with a control character
  [/\u001b\[[\d;]*m/g, ""],
  [/\b[a-z][a-z\d+.-]*:\/\/[^\s'"`<>)\]]+/gi, any],
  [/'[^'\n]*'|"[^"\n]*"|`[^`\n]*`/g, any],
  [/\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi, any],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, any],
  // Paths of files: at least two parts, or a drive.
  [/(?<![\w/])(?:[A-Za-z]:)?(?:\.{0,2}[\\/][\w.@~+-]+){2,}[\\/]?/g, any],
  [/\b0x[\da-f]+\b/gi, any],
  // Digests and short ids: letters to f and digits, of both.
  [/\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{6,}\b/gi, any],
  [/(?<![\w.])[-+]?\d[\d,._]*(?:e[-+]?\d+)?/gi, any],
  [/\d+/g, any],
];

const maxCharacters = 300;

/** A message without what differs between failures of the same cause: numbers, ids, paths, times and quoted values. */
export function failureForm(message: string): string {
  const [line = ""] = message.trim().split("\n", 1);
  let form = line.slice(0, 2 * maxCharacters);
  for (const [pattern, instead] of folded) form = form.replace(pattern, instead);
  return form
    .replace(/…(?:[\s.,:/-]*…)+/g, any)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, maxCharacters);
}
