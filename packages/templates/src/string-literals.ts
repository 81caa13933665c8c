import { TemplateSyntaxError } from "./errors.ts";

const simple: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const escapes = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(.))/gs;

/** What stands between the quotes of a string, with the escapes of Python replaced. */
export function unescaped(text: string, line: number): string {
  if (!text.includes("\\")) return text;
  return text.replace(escapes, (whole, x?: string, u?: string, long?: string, octal?: string, letter?: string) => {
    const hex = x ?? u ?? long;
    if (hex !== undefined) return character(Number.parseInt(hex, 16), whole, line);
    if (octal !== undefined) return character(Number.parseInt(octal, 8), whole, line);
    if (letter !== undefined && "xuUN".includes(letter)) {
      throw new TemplateSyntaxError(`the escape ${whole} is not complete`, line);
    }
    return simple[letter ?? ""] ?? whole;
  });
}

function character(code: number, escaped: string, line: number): string {
  if (code > 0x10ffff) throw new TemplateSyntaxError(`${escaped} is not a character`, line);
  return String.fromCodePoint(code);
}
