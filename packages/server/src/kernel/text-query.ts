/**
 * A search in text as Prefect's clients write it: words of which one must be found, `+word` that must be, `-word` or `!word`
 * that must not be, and "several words" as one. Case does not count, and nothing is a wildcard.
 */
export interface TextQuery {
  readonly some: readonly string[];
  readonly all: readonly string[];
  readonly none: readonly string[];
}

/** A sign, then a quoted phrase in which a backslash takes the next character as it is, or a word. */
const term = /([+\-!]?)(?:"((?:[^"\\]|\\.)*)"?|(\S+))/gs;

export function parseTextQuery(text: string): TextQuery {
  const some: string[] = [];
  const all: string[] = [];
  const none: string[] = [];
  for (const [, sign = "", phrase, word = ""] of text.matchAll(term)) {
    const wanted = phrase === undefined ? word : phrase.replace(/\\(.)/gs, "$1");
    if (wanted === "") continue;
    if (sign === "") some.push(wanted);
    else if (sign === "+") all.push(wanted);
    else none.push(wanted);
  }
  return { some, all, none };
}

/** Whether what the query asks for is found in the texts, each by itself. */
export function textMatches({ some, all, none }: TextQuery, texts: readonly string[]): boolean {
  const lower = texts.map((text) => text.toLowerCase());
  const found = (wanted: string) => {
    const small = wanted.toLowerCase();
    return lower.some((text) => text.includes(small));
  };
  return (some.length === 0 || some.some(found)) && all.every(found) && !none.some(found);
}
