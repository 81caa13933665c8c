import { TemplateSyntaxError } from "./errors.ts";
import type { Token, TokenKind } from "./lexer.ts";

/** Expressions and blocks may nest as deep as this. */
const maxNesting = 60;

export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.look(0);
  }

  look(ahead: number): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new TemplateSyntaxError("the template has no end", 0);
    return token;
  }

  next(): Token {
    const { current } = this;
    this.#at += 1;
    return current;
  }

  is(kind: TokenKind, ...values: readonly string[]): boolean {
    const { current } = this;
    return current.kind === kind && (values.length === 0 || values.includes(current.value));
  }

  skip(kind: TokenKind, value: string): boolean {
    const isThere = this.is(kind, value);
    if (isThere) this.next();
    return isThere;
  }

  expect(kind: TokenKind, value?: string): Token {
    if (!(value === undefined ? this.is(kind) : this.is(kind, value))) {
      throw this.unexpected(value === undefined ? `a ${kind}` : `"${value}"`);
    }
    return this.next();
  }

  unexpected(expected: string): TemplateSyntaxError {
    const { kind, value, line } = this.current;
    const found = kind === "eof" ? value : JSON.stringify(value);
    return new TemplateSyntaxError(`expected ${expected}, got ${found}`, line);
  }

  /** What `parse` makes, one level deeper. */
  nested<T>(parse: () => T): T {
    this.#nesting += 1;
    if (this.#nesting > maxNesting) {
      throw new TemplateSyntaxError(`the template nests deeper than ${maxNesting} levels`, this.current.line);
    }
    const made = parse();
    this.#nesting -= 1;
    return made;
  }
}
