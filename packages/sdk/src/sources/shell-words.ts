import { PullStepError } from "./pull-step-error.ts";

const special = /[\s'"\\]/;

/** The words of a command line, by the quotes and backslashes of a POSIX shell. No other sign means anything. Throws where a quote is not closed. */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const sign = text.charAt(at);
    if (!special.test(sign)) {
      word = (word ?? "") + sign;
      at += 1;
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (sign === "\\") {
      word = (word ?? "") + text.charAt(at + 1);
      at += 2;
    } else {
      const quoted = readQuoted(text, at);
      word = (word ?? "") + quoted.value;
      at = quoted.end;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readQuoted(text: string, start: number): { readonly value: string; readonly end: number } {
  const quote = text.charAt(start);
  let value = "";
  for (let at = start + 1; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === quote) return { value, end: at + 1 };
    const escaped = quote === '"' && sign === "\\" && /["\\]/.test(text.charAt(at + 1));
    if (escaped) at += 1;
    value += text.charAt(at);
  }
  throw new PullStepError(`a quote is not closed in: ${text}`);
}
