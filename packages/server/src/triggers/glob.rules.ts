/**
 * Whether a text fits a pattern of Python's `fnmatch`, by which Prefect reads the patterns of triggers: `*` stands for any characters, `?` for
 * one, `[ab]` for one of a few and `[!ab]` for any other one. A regular expression would take a time that grows with the power of the stars.
 */
export function fits(text: string, pattern: string): boolean {
  const { beginning, parts } = readPattern(pattern);
  // Most patterns are a beginning with a star, and most texts begin otherwise.
  if (!text.startsWith(beginning)) return false;
  return parts === anything || fitsParts(text, parts, beginning.length);
}

function fitsParts(text: string, parts: readonly Part[], from: number): boolean {
  let at = from;
  let part = 0;
  /** Where the last star stands, and how far what follows it has been tried. */
  let star = -1;
  let tried = 0;
  while (at < text.length) {
    const next = parts[part];
    if (next === "*") {
      star = part;
      tried = at;
      part += 1;
    } else if (next?.(text.charAt(at)) === true) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      tried += 1;
      at = tried;
      part = star + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === "*");
}

/** Whether a pattern stands for more than itself. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** The characters with which everything begins that fits the pattern. */
export function beginningOf(pattern: string): string {
  const special = pattern.search(/[*?[]/);
  return special < 0 ? pattern : pattern.slice(0, special);
}

type Part = "*" | ((character: string) => boolean);

const anything: readonly Part[] = ["*"];

interface Pattern {
  /** The characters before the first that stands for others. */
  readonly beginning: string;
  /** What follows them. */
  readonly parts: readonly Part[];
}

const known = new Map<string, Pattern>();
const maxKnown = 1000;

function readPattern(pattern: string): Pattern {
  const before = known.get(pattern);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const beginning = beginningOf(pattern);
  const rest = pattern.slice(beginning.length);
  const read = { beginning, parts: rest === "*" ? anything : readParts(rest) };
  known.set(pattern, read);
  return read;
}

function readParts(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const end = character === "[" ? endOfSet(pattern, at) : -1;
    if (character === "*") parts.push("*");
    else if (character === "?") parts.push(() => true);
    else if (end > 0) {
      parts.push(oneOf(pattern.slice(at + 1, end)));
      at = end;
    } else parts.push((given) => given === character);
  }
  return parts;
}

/** A `]` at the beginning of a set belongs to it. */
function endOfSet(pattern: string, at: number): number {
  const first = pattern.charAt(at + 1) === "!" ? at + 2 : at + 1;
  return pattern.indexOf("]", first + 1);
}

function oneOf(set: string): (character: string) => boolean {
  const isOther = set.startsWith("!");
  const ranges = rangesOf(isOther ? set.slice(1) : set);
  return (character) => ranges.some(([low, high]) => low <= character && character <= high) !== isOther;
}

function rangesOf(set: string): readonly (readonly [low: string, high: string])[] {
  const ranges: [string, string][] = [];
  for (let at = 0; at < set.length; at += 1) {
    const low = set.charAt(at);
    const isRange = set.charAt(at + 1) === "-" && at + 2 < set.length;
    ranges.push([low, isRange ? set.charAt(at + 2) : low]);
    if (isRange) at += 2;
  }
  return ranges;
}
