import type { Budget } from "./budget.ts";
import { TemplateRenderError } from "./errors.ts";
import { escapedText } from "./escaping.ts";
import { formatPercent } from "./formatting.ts";
import { Day, DayTime, Moment, Span } from "./moments.ts";
import { iterated } from "./sequences.ts";
import type { BinaryOperator, Comparison } from "./syntax.ts";
import { representation } from "./text-of.ts";
import { type Dict, plain, Range, Safe, Tuple, typeName, Undefined, type Value, View } from "./values.ts";

export function isNumeric(value: Value): value is bigint | number | boolean {
  return typeof value === "bigint" || typeof value === "number" || typeof value === "boolean";
}

/** True and False are 1 and 0. */
export function numeric(value: bigint | number | boolean): bigint | number {
  return typeof value === "boolean" ? BigInt(value) : value;
}

export function binary(operator: BinaryOperator, given: Value, other: Value, budget: Budget): Value {
  if (operator === "+" && (given instanceof Safe || other instanceof Safe)) {
    const markup = markupOf(given, other, budget);
    if (markup !== undefined) return markup;
  }
  const [left, right] = [plain(given), plain(other)];
  if (operator === "%" && typeof left === "string") return formatPercent(left, right, budget);
  for (const side of [left, right]) {
    if (side instanceof Undefined) throw undefinedError(side);
  }
  if (isNumeric(left) && isNumeric(right)) return arithmetic(operator, numeric(left), numeric(right));
  const value = operator === "*" ? repeated(left, right, budget) : joined(operator, left, right, budget);
  if (value !== undefined) return value;
  throw new TemplateRenderError(`${typeName(left)} ${operator} ${typeName(right)} is not possible`);
}

/** Markup and a text are markup, of which the text is escaped. */
function markupOf(left: Value, right: Value, budget: Budget): Safe | undefined {
  const parts = [left, right].map((part) => {
    return part instanceof Safe ? part.text : typeof part === "string" ? escapedText(part) : undefined;
  });
  if (parts.includes(undefined)) return undefined;
  const text = parts.join("");
  budget.make(text.length);
  return new Safe(text);
}

export function undefinedError({ name }: Undefined): TemplateRenderError {
  return new TemplateRenderError(`"${name}" is undefined`);
}

const maxBits = 16_384;

function arithmetic(operator: BinaryOperator, left: bigint | number, right: bigint | number): Value {
  if ((operator === "/" || operator === "//" || operator === "%") && Number(right) === 0) {
    throw new TemplateRenderError("division by zero");
  }
  if (typeof left === "bigint" && typeof right === "bigint") return integers(operator, left, right);
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "//":
      return Math.floor(a / b);
    case "%":
      return modulo(a, b);
    case "**":
      return a ** b;
  }
}

/** Python's remainder has the sign of the divisor. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function integers(operator: BinaryOperator, a: bigint, b: bigint): Value {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return bounded(a * b);
    case "/":
      return quotient(a, b);
    case "//":
      return (a - floorModulo(a, b)) / b;
    case "%":
      return floorModulo(a, b);
    case "**":
      if (b < 0n) return Number(a) ** Number(b);
      return power(a, b);
  }
}

const exact = BigInt(Number.MAX_SAFE_INTEGER);

/** The float next to the quotient, also of ints that are no floats themselves. */
function quotient(a: bigint, b: bigint): number {
  const [size, by] = [a < 0n ? -a : a, b < 0n ? -b : b];
  if (size <= exact && by <= exact) return Number(a) / Number(b);
  // With 66 bits of the quotient, and the last of them set where something is left, the one rounding is that of Number().
  const shift = BigInt(66 - size.toString(2).length + by.toString(2).length);
  const [above, below] = shift > 0n ? [size << shift, by] : [size, by << -shift];
  const bits = (above / below) | (above % below === 0n ? 0n : 1n);
  const value = scaled(Number(bits), -Number(shift));
  if (!Number.isFinite(value)) throw new TemplateRenderError("a quotient is too large for a float");
  return a < 0n !== b < 0n ? -value : value;
}

/** In two steps, since a power of two alone may be too small or too large for a float. */
function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

function floorModulo(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function power(a: bigint, b: bigint): bigint {
  const bits = a.toString(2).length;
  if (a !== 0n && a !== 1n && a !== -1n && b * BigInt(bits) > BigInt(maxBits)) throw tooLarge();
  return a ** b;
}

/** Before a number is multiplied again: none ever has more than twice these bits. */
function bounded(value: bigint): bigint {
  if (BigInt.asIntN(maxBits, value) !== value) throw tooLarge();
  return value;
}

function tooLarge(): TemplateRenderError {
  return new TemplateRenderError(`a number has more than ${maxBits} bits`);
}

function repeated(left: Value, right: Value, budget: Budget): Value | undefined {
  const [value, times] = isNumeric(left) ? [right, left] : [left, right];
  if (typeof times !== "bigint" && typeof times !== "boolean") return undefined;
  const count = Math.max(0, Number(times));
  const size = typeof value === "string" || Array.isArray(value) ? value.length : 0;
  if (value instanceof Tuple) {
    budget.make(count * value.items.length);
    return new Tuple(Array.from({ length: value.items.length === 0 ? 0 : count }, () => value.items).flat());
  }
  budget.make(count * size);
  if (size === 0) return typeof value === "string" || Array.isArray(value) ? value : undefined;
  if (typeof value === "string") return value.repeat(count);
  return Array.isArray(value) ? Array.from({ length: count }, () => value).flat() : undefined;
}

function joined(operator: BinaryOperator, left: Value, right: Value, budget: Budget): Value | undefined {
  if (operator === "-") return difference(left, right);
  if (operator !== "+") return undefined;
  if (typeof left === "string" && typeof right === "string") {
    budget.make(left.length + right.length);
    return left + right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    budget.make(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Tuple && right instanceof Tuple) {
    budget.make(left.items.length + right.items.length);
    return new Tuple([...left.items, ...right.items]);
  }
  if (left instanceof Span && right instanceof Span) return new Span(left.microseconds + right.microseconds);
  if (left instanceof Moment && right instanceof Span) return new Moment(left.time + right.microseconds);
  if (left instanceof Span && right instanceof Moment) return new Moment(right.time + left.microseconds);
  return undefined;
}

function difference(left: Value, right: Value): Value | undefined {
  if (left instanceof Moment && right instanceof Moment) return new Span(left.time - right.time);
  if (left instanceof Day && right instanceof Day) return new Span(left.moment.time - right.moment.time);
  if (left instanceof Moment && right instanceof Span) return new Moment(left.time - right.microseconds);
  if (left instanceof Span && right instanceof Span) return new Span(left.microseconds - right.microseconds);
  return undefined;
}

export function compare(operator: Comparison, given: Value, other: Value, budget: Budget): boolean {
  const [left, right] = [plain(given), plain(other)];
  switch (operator) {
    case "==":
      return isEqual(left, right, budget);
    case "!=":
      return !isEqual(left, right, budget);
    case "in":
      return isIn(left, right, budget);
    case "not in":
      return !isIn(left, right, budget);
    case "<":
      return order(left, right, budget, "<") < 0;
    case "<=":
      return order(left, right, budget, "<=") <= 0;
    case ">":
      return order(left, right, budget, ">") > 0;
    case ">=":
      return order(left, right, budget, ">=") >= 0;
  }
}

/** Each pair that is looked at is a step, so that values which share parts don't take for ever. */
export function isEqual(one: Value, other: Value, budget: Budget): boolean {
  budget.step();
  const [left, right] = [plain(one), plain(other)];
  if (isNumeric(left) && isNumeric(right)) return isSameNumber(numeric(left), numeric(right));
  if (left instanceof Undefined) return right instanceof Undefined;
  if (Array.isArray(left)) return Array.isArray(right) && areEqual(left, right, budget);
  if (left instanceof Tuple) return right instanceof Tuple && areEqual(left.items, right.items, budget);
  if (left instanceof Range) return right instanceof Range && areEqual([...left.items], [...right.items], budget);
  if (left instanceof Map) return right instanceof Map && areEqualDicts(left, right, budget);
  if (left instanceof Moment) return right instanceof Moment && left.time === right.time;
  if (left instanceof Day) return right instanceof Day && left.moment.time === right.moment.time;
  if (left instanceof DayTime) return right instanceof DayTime && left.moment.time === right.moment.time;
  if (left instanceof Span) return right instanceof Span && left.microseconds === right.microseconds;
  return left === right;
}

function isSameNumber(left: bigint | number, right: bigint | number): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: it compares an integer with a float by what they are, as Python does.
  return left == right;
}

function areEqual(left: readonly Value[], right: readonly Value[], budget: Budget): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index] ?? null, budget));
}

function areEqualDicts(left: Dict, right: Dict, budget: Budget): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && isEqual(value, right.get(key) ?? null, budget));
}

function isIn(item: Value, container: Value, budget: Budget): boolean {
  if (typeof container === "string") {
    if (typeof item === "string") return container.includes(item);
    throw new TemplateRenderError(`only a str can be in a str, not ${typeName(item)}`);
  }
  if (container instanceof Map) {
    if (!isKey(item)) throw new TemplateRenderError(`${typeName(item)} can't be a key of a dict`);
    return container.has(item);
  }
  return iterated(container, budget).some((each) => isEqual(each, item, budget));
}

/** Below, at or above 0. */
export function order(one: Value, other: Value, budget: Budget, operator = "<"): number {
  budget.step();
  const [left, right] = [plain(one), plain(other)];
  if (isNumeric(left) && isNumeric(right)) return signOf(numeric(left), numeric(right));
  if (typeof left === "string" && typeof right === "string") return signOfTexts(left, right);
  if (left instanceof Moment && right instanceof Moment) return signOf(left.time, right.time);
  if (left instanceof Day && right instanceof Day) return signOf(left.moment.time, right.moment.time);
  if (left instanceof DayTime && right instanceof DayTime) return signOf(left.moment.time, right.moment.time);
  if (left instanceof Span && right instanceof Span) return signOf(left.microseconds, right.microseconds);
  if (Array.isArray(left) && Array.isArray(right)) return orderOfItems(left, right, budget);
  if (left instanceof Tuple && right instanceof Tuple) return orderOfItems(left.items, right.items, budget);
  throw new TemplateRenderError(`${typeName(left)} ${operator} ${typeName(right)} is not possible`);
}

function signOf(left: bigint | number, right: bigint | number): number {
  if (left < right) return -1;
  return left > right ? 1 : left >= right ? 0 : Number.NaN;
}

/** By code points, where JavaScript goes by UTF-16. */
function signOfTexts(left: string, right: string): number {
  if (left === right) return 0;
  let at = 0;
  while (left[at] === right[at]) at += 1;
  const isHalf = (left.charCodeAt(at) & 0xfc00) === 0xdc00 || (right.charCodeAt(at) & 0xfc00) === 0xdc00;
  const start = isHalf ? at - 1 : at;
  return (left.codePointAt(start) ?? -1) < (right.codePointAt(start) ?? -1) ? -1 : 1;
}

function orderOfItems(left: readonly Value[], right: readonly Value[], budget: Budget): number {
  const at = left.findIndex((item, index) => index >= right.length || !isEqual(item, right[index] ?? null, budget));
  if (at < 0) return left.length - right.length;
  return at >= right.length ? 1 : order(left[at] ?? null, right[at] ?? null, budget);
}

/** Whether a dict may have it as a key. */
export function isKey(value: Value): boolean {
  if (value instanceof Tuple) return value.items.every(isKey);
  return !Array.isArray(value) && !(value instanceof Map) && !(value instanceof View);
}

/** What stands for a value where equal ones are looked for. */
export function keyOf(value: Value, budget: Budget): string {
  if (isNumeric(value)) return String(Number(value));
  return representation(value, budget);
}
