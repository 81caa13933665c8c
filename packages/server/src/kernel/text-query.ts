/**
 * A text search in the syntax of Prefect's clients: words of which one must occur, `+word` for required ones, `-word` or `!word`
 * for forbidden ones, and "several words" as a phrase. Case does not count, and there are no wildcards.
 */
export interface TextQuery {
  readonly some: readonly string[];
  readonly all: readonly string[];
  readonly none: readonly string[];
}

/** Matches an optional sign, then a word or a quoted phrase, in which a backslash escapes the next character. */
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

/** Whether the texts, each by itself, match the query. */
export function textMatches({ some, all, none }: TextQuery, texts: readonly string[]): boolean {
  const lower = texts.map((text) => text.toLowerCase());
  const found = (wanted: string) => {
    const small = wanted.toLowerCase();
    return lower.some((text) => text.includes(small));
  };
  return (some.length === 0 || some.some(found)) && all.every(found) && !none.some(found);
}
