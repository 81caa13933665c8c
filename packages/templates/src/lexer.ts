import { TemplateSyntaxError } from "./errors.ts";
import { unescaped } from "./string-literals.ts";

export type TokenKind = "text" | "name" | "string" | "integer" | "float" | "operator" | "begin" | "end" | "eof";

/** `begin` and `end` are the marks of a tag (`{%`, `%}`) or an output (`{{`, `}}`). */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly line: number;
}

/** The tokens of a template. Its line breaks become LF, and the one at its end is dropped. */
export function tokens(template: string): readonly Token[] {
  const text = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  return new Lexer(text).tokens();
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const raw = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const endRaw = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const space = /\s+/y;
const float = /\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?[eE][-+]?\d+(?:_\d+)*|\.\d+(?:_\d+)*)/y;
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|\d+(?:_\d+)*/y;
const name = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const string = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const operator = /\*\*|\/\/|==|!=|>=|<=|[-+*/%~[\](){}<>=.:|,;]/y;

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** The last mark ended with `-`: the white space after it goes. */
  #strips = false;

  constructor(text: string) {
    this.#text = text;
  }

  tokens(): readonly Token[] {
    while (this.#at < this.#text.length) this.#piece();
    this.#push("eof", "the end of the template");
    return this.#tokens;
  }

  #piece(): void {
    const found = /\{[{%#]/g;
    found.lastIndex = this.#at;
    const start = found.exec(this.#text)?.index ?? this.#text.length;
    const stripsBefore = this.#text[start + 2] === "-";
    this.#literal(this.#text.slice(this.#at, start), stripsBefore);
    if (start === this.#text.length) return;
    const mark = this.#text.slice(start, start + 2);
    if (mark === "{#") this.#comment(start);
    else if (mark === "{%" && this.#match(raw) !== undefined) this.#raw(start);
    else this.#code(mark);
  }

  #literal(text: string, stripsAfter: boolean): void {
    this.#at += text.length;
    const begun = this.#strips ? text.trimStart() : text;
    const kept = stripsAfter ? begun.trimEnd() : begun;
    this.#strips = false;
    if (kept !== "") this.#push("text", kept);
    this.#countLines(text);
  }

  #comment(start: number): void {
    const end = this.#text.indexOf("#}", start + 2);
    if (end < 0) throw new TemplateSyntaxError("a comment that begins with {# has no end", this.#line);
    this.#countLines(this.#text.slice(start, end));
    this.#strips = this.#text[end - 1] === "-" && end > start + 2;
    this.#at = end + 2;
  }

  #raw(start: number): void {
    const begin = this.#match(raw) ?? "";
    endRaw.lastIndex = start + begin.length;
    const end = endRaw.exec(this.#text);
    if (end === null) throw new TemplateSyntaxError("a raw block has no {% endraw %}", this.#line);
    this.#at = start + begin.length;
    this.#strips = begin.endsWith("-%}");
    this.#literal(this.#text.slice(this.#at, end.index), end[1] === "-");
    this.#at = end.index + end[0].length;
    this.#strips = end[2] === "-";
  }

  #code(mark: string): void {
    this.#push("begin", mark);
    // The sign of an output such as {{+1}} belongs to its value, or changes nothing.
    this.#at += /[-+]/.test(this.#text[this.#at + 2] ?? "") ? 3 : 2;
    const end = mark === "{{" ? /-?\}\}/y : /[-+]?%\}/y;
    const open: string[] = [];
    for (;;) {
      this.#countLines(this.#skip(space));
      const ended = open.length === 0 ? this.#match(end) : undefined;
      if (ended !== undefined) {
        this.#push("end", ended.slice(-2));
        this.#at += ended.length;
        this.#strips = ended.startsWith("-");
        return;
      }
      if (this.#at >= this.#text.length) throw new TemplateSyntaxError(`${mark} has no end`, this.#line);
      this.#codeToken(open);
    }
  }

  #codeToken(open: string[]): void {
    const line = this.#line;
    const push = (kind: TokenKind, value: string) => this.#tokens.push({ kind, value, line });
    const isAfterDot = this.#text[this.#at - 1] === ".";
    const fraction = isAfterDot ? "" : this.#skip(float);
    if (fraction !== "") return void push("float", fraction.replaceAll("_", ""));
    const whole = this.#skip(integer);
    if (whole !== "") return void push("integer", whole.replaceAll("_", ""));
    const word = this.#skip(name);
    if (word !== "") return void push("name", word);
    const quoted = this.#skip(string);
    if (quoted !== "") {
      this.#countLines(quoted);
      return void push("string", unescaped(quoted.slice(1, -1), line));
    }
    const sign = this.#skip(operator);
    if (sign === "") {
      const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
      throw new TemplateSyntaxError(`unexpected character ${JSON.stringify(character)}`, line);
    }
    if (closing[sign] !== undefined) open.push(closing[sign]);
    else if (")]}".includes(sign) && open.pop() !== sign) throw new TemplateSyntaxError(`unexpected "${sign}"`, line);
    push("operator", sign);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #skip(pattern: RegExp): string {
    const found = this.#match(pattern) ?? "";
    this.#at += found.length;
    return found;
  }

  #push(kind: TokenKind, value: string): void {
    this.#tokens.push({ kind, value, line: this.#line });
  }

  #countLines(text: string): void {
    this.#line += text.split("\n").length - 1;
  }
}
