/** What a filter asks of one label: it is there, and its value meets one of `some`, where there are any, and none of `none`. */
export interface LabelCriteria {
  readonly label: string;
  readonly some: readonly ValuePattern[];
  readonly none: readonly ValuePattern[];
}

export interface ValuePattern {
  readonly text: string;
  /** Whether the text is a prefix; otherwise it must equal the value. */
  readonly begins: boolean;
}

/** Each label by its name, with one pattern or several. */
type LabelPatterns = Readonly<Record<string, string | readonly string[]>>;

/** `!` before a pattern turns it round, `*` at its end takes every value that begins so. */
export function parseLabelPatterns(labels: LabelPatterns): readonly LabelCriteria[] {
  return Object.entries(labels).map(([label, given]) => {
    const patterns = typeof given === "string" ? [given] : given;
    const negative = patterns.filter((pattern) => pattern.startsWith("!"));
    return {
      label,
      some: patterns.filter((pattern) => !pattern.startsWith("!")).map(patternOf),
      none: negative.map((pattern) => patternOf(pattern.slice(1))),
    };
  });
}

function patternOf(pattern: string): ValuePattern {
  return pattern.endsWith("*") ? { text: pattern.slice(0, -1), begins: true } : { text: pattern, begins: false };
}

export function labelMeets(value: string | undefined, { some, none }: LabelCriteria): boolean {
  if (value === undefined) return false;
  const fits = ({ text, begins }: ValuePattern) => (begins ? value.startsWith(text) : value === text);
  return (some.length === 0 || some.some(fits)) && !none.some(fits);
}
