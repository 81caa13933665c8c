const exactMark = Symbol.for("ostinato.exact-number");

/**
 * A number in JSON that a JavaScript number would change: an integer beyond 2^53, or a fraction that is whole, such as `1.0`,
 * which other languages distinguish from `1`. It takes the number's place in the value, `JSON.stringify` writes it unchanged, and
 * as a string it is its digits.
 */
export class ExactNumber {
  /** The number as JSON: digits, and optionally a sign, a fraction and an exponent. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Recognises instances of this class from another bundle too: a page may load two. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && exactMark in value;
  }

  get [exactMark](): true {
    return true;
  }

  get isInteger(): boolean {
    return !isFraction(this.text);
  }

  toString(): string {
    return this.text;
  }

  /** The nearest number of JavaScript. */
  valueOf(): number {
    return Number(this.text);
  }

  /** A browser that can't write other numbers than its own gets the digits as text: never another number. */
  toJSON(): unknown {
    return rawJson?.(this.text) ?? this.text;
  }
}

/** A number of JSON, kept exactly or not. */
export function isNumber(value: unknown): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

const { rawJSON: rawJson, isRawJSON: isRawJson } = JSON as {
  readonly rawJSON?: (text: string) => unknown;
  readonly isRawJSON?: (value: unknown) => boolean;
};

/** The digits, given the value that a replacer of `JSON.stringify` sees for an exact number; undefined for other values. */
export function writtenNumber(value: unknown): string | undefined {
  return isRawJson?.(value) === true ? (value as { readonly rawJSON: string }).rawJSON : undefined;
}

/** Python refuses longer integers: keeping one would make its JSON unreadable for Python programs. */
export const maxIntegerDigits = 4300;

/**
 * Reads JSON as `JSON.parse` does, but that a number which would not come out as it is written becomes an `ExactNumber`. A
 * text without such a number costs one look along it more. Throws a SyntaxError, also for a whole number of over 4300 digits.
 */
export function parseJson(text: string): unknown {
  const marked = withMarks(text);
  if (marked === undefined) {
    const value: unknown = JSON.parse(text);
    return typeof value === "number" && isKept(text.trim()) ? new ExactNumber(text.trim()) : value;
  }
  const value = parseMarked(marked) ?? JSON.parse(text);
  if (isContainer(value)) putNumbers(value);
  return value;
}

/** Objects and lists of `parseJson` that hold an exact number somewhere: all others need no second look. */
const holders = new WeakSet<object>();

/** Whether a value from `parseJson` contains an exact number. */
export function holdsExactNumbers(value: unknown): boolean {
  return typeof value === "object" && value !== null && (holders.has(value) || value instanceof ExactNumber);
}

/** The value with `change` in place of its exact numbers; itself where it has none. Takes what `parseJson` gave. */
export function changeExactNumbers(value: unknown, change: (number: ExactNumber) => unknown): unknown {
  if (!holdsExactNumbers(value)) return value;
  if (value instanceof ExactNumber) return change(value);
  return changeParts(value as object, (part) => changeExactNumbers(part, change));
}

/** A copy of a list or an object of `parseJson`, with `change` in place of each part that holds exact numbers. */
export function changeParts(container: object, change: (part: unknown, key: string | number) => unknown): object {
  const copy = (Array.isArray(container) ? [...container] : { ...container }) as Container;
  let holds = false;
  for (const key of Array.isArray(copy) ? copy.keys() : Object.keys(copy)) {
    const part = copy[key];
    if (!holdsExactNumbers(part)) continue;
    const changed = change(part, key);
    copy[key] = changed;
    holds ||= holdsExactNumbers(changed);
  }
  if (holds) holders.add(copy);
  return copy;
}

/** The value with the nearest numbers of JavaScript, for looking at it. */
export function withNearestNumbers(value: unknown): unknown {
  return changeExactNumbers(value, Number);
}

/** The value as a program works with it: a whole number beyond 2^53 is a bigint, every other a number. */
export function withBigInts(value: unknown): unknown {
  return changeExactNumbers(value, (number) => (number.isInteger ? BigInt(number.text) : Number(number)));
}

/** The number that the text is in JSON, or undefined where it is none. */
export function readNumber(text: string): number | ExactNumber | undefined {
  return jsonNumber.test(text) ? exactNumber(text) : undefined;
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The number, or one that keeps its digits. The text is that of a JSON number. */
export function exactNumber(given: string | bigint): number | ExactNumber {
  const text = String(given);
  return isChanged(text) ? new ExactNumber(text) : Number(text);
}

/**
 * `JSON.stringify` that knows bigints: they are whole numbers of JSON. Undefined for what JSON leaves out; throws a TypeError
 * for a circular value.
 */
export function jsonText(value: unknown, indent?: number): string | undefined {
  try {
    return JSON.stringify(value, null, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, writeBigInt, indent);
  }
}

function writeBigInt(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = exactNumber(value);
  return number instanceof ExactNumber ? number.toJSON() : number;
}

function isChanged(text: string): boolean {
  const number = Number(text);
  if (Number.isInteger(number)) return !Number.isSafeInteger(number) || isFraction(text);
  return !Number.isFinite(number);
}

function isFraction(text: string): boolean {
  return text.includes(".") || text.includes("e") || text.includes("E");
}

/**
 * Matches, in a list or an object, a number of at least sixteen digits, with a fraction of zeros, or with an exponent. It also
 * matches inside strings. Every JSON text that is read is searched, so speed counts: half a nanosecond a character. The pattern
 * starts with the character before the number, because a lookbehind would scan the blanks again from each position.
 */
const candidates =
  /[:[,][ \t\n\r]*(-?(?:[1-9]\d{15,}(?:\.\d+)?|(?:0|[1-9]\d*)(?:\.0+|(?:\.\d+)?[eE][+-]?\d+)))(?=[ \t\n\r]*[,\]}])/g;

/** A prefix that no string from outside can have, because it is random. */
let mark: string | undefined;

/** The JSON with each exact number as a string that begins with the mark; undefined if there is none. */
function withMarks(text: string): string | undefined {
  candidates.lastIndex = 0;
  let marked = "";
  let written = 0;
  let quote: number | undefined;
  for (let match = candidates.exec(text); match !== null; match = candidates.exec(text)) {
    const [found, number = ""] = match;
    const start = match.index + found.length - number.length;
    let end = 0;
    // Each text before the number is passed once.
    for (quote ??= text.indexOf('"'); quote !== -1 && quote < start; quote = text.indexOf('"', end)) {
      end = endOfText(text, quote + 1);
    }
    if (end > start) candidates.lastIndex = end;
    else if (isKept(number)) {
      mark ??= crypto.getRandomValues(new BigUint64Array(1)).toString();
      marked += `${text.slice(written, start)}"${mark} ${number}"`;
      written = start + number.length;
    }
  }
  return marked === "" ? undefined : marked + text.slice(written);
}

function endOfText(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function isKept(number: string): boolean {
  if (!isChanged(number)) return false;
  if (number.length <= maxIntegerDigits || !/^-?\d{4301,}$/.test(number)) return true;
  const digits = number.replace("-", "").length;
  throw new SyntaxError(`A whole number has ${digits} digits, and the maximum is ${maxIntegerDigits}`);
}

/** Returns undefined for invalid JSON, so that the caller's error gives positions in the original text. */
function parseMarked(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Replaces marks by their numbers, and returns whether there was one. */
function putNumbers(container: Container): boolean {
  let holds = false;
  if (Array.isArray(container)) {
    for (let index = 0; index < container.length; index += 1) holds = putNumber(container, index) || holds;
  } else {
    for (const key of Object.keys(container)) holds = putNumber(container, key) || holds;
  }
  if (holds) holders.add(container);
  return holds;
}

function putNumber(container: Container, key: string | number): boolean {
  const value = container[key];
  if (isContainer(value)) return putNumbers(value);
  if (mark === undefined || typeof value !== "string" || !value.startsWith(mark)) return false;
  container[key] = new ExactNumber(value.slice(mark.length + 1));
  return true;
}

type Container = Record<string | number, unknown>;

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}
