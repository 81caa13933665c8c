import type { Bound } from "./arguments.ts";
import { TemplateRenderError } from "./errors.ts";
import { filters } from "./filter.ts";
import { Span } from "./moments.ts";
import { fixed, rounded } from "./number-text.ts";
import { isNumeric, numeric, undefinedError } from "./operators.ts";
import { typeName, Undefined, type Value } from "./values.ts";

export const numberFilters = filters({
  abs: [
    "",
    (value) => {
      if (value instanceof Span) return new Span(Math.abs(value.microseconds));
      const number = numberOf(value, "abs");
      return typeof number === "number" ? Math.abs(number) : number < 0n ? -number : number;
    },
  ],
  int: [
    "default base",
    (value, given) =>
      integerOf(defined(value), given.integer("base", 10)) ?? (given.has("default") ? given.value("default") : 0n),
  ],
  float: ["default", (value, given) => floatOf(defined(value)) ?? (given.has("default") ? given.value("default") : 0)],
  round: ["precision method", (value, given) => roundedBy(value, given)],
  filesizeformat: ["binary", (value, given) => sizeText(value, given.flag("binary"))],
});

function defined(value: Value): Value {
  if (value instanceof Undefined) throw undefinedError(value);
  return value;
}

function numberOf(value: Value, user: string): bigint | number {
  if (isNumeric(value)) return numeric(value);
  throw new TemplateRenderError(`${user} takes a number, not ${typeName(value)}`);
}

const decimal = /^\s*[-+]?\d+(?:_\d+)*\s*$/;
const fraction = /^\s*[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+)?\s*$/;
const maxDigits = 4300;

function integerOf(value: Value, base: number): bigint | undefined {
  if (typeof value === "string") {
    const inIts = base === 10 ? undefined : inBase(value.trim(), base);
    if (inIts !== undefined) return inIts;
    if (decimal.test(value) && value.length <= maxDigits)
      return BigInt(value.trim().replaceAll("_", "").replace(/^\+/, ""));
  }
  const float = isNumeric(value) && typeof value !== "number" ? numeric(value) : floatOf(value);
  if (float === undefined || typeof float === "bigint") return float;
  return Number.isFinite(float) ? BigInt(Math.trunc(float)) : undefined;
}

function inBase(text: string, base: number): bigint | undefined {
  const prefix = { 2: /^0[bB]/, 8: /^0[oO]/, 16: /^0[xX]/ }[base];
  const digits = prefix === undefined ? text : text.replace(prefix, "");
  if (!/^[\da-zA-Z]{1,200}$/.test(digits) || base < 2 || base > 36) return undefined;
  const values = Array.from(digits, (digit) => Number.parseInt(digit, 36));
  if (values.some((digit) => digit >= base)) return undefined;
  return values.reduce((sum, digit) => sum * BigInt(base) + BigInt(digit), 0n);
}

export function floatOf(value: Value): number | undefined {
  if (isNumeric(value)) return Number(value);
  if (typeof value !== "string") return undefined;
  const word = value.trim().toLowerCase();
  if (fraction.test(value)) return Number(word.replaceAll("_", ""));
  const sign = word.startsWith("-") ? -1 : 1;
  const name = word.replace(/^[-+]/, "");
  if (name === "inf" || name === "infinity") return sign * Number.POSITIVE_INFINITY;
  return name === "nan" ? Number.NaN : undefined;
}

function roundedBy(value: Value, given: Bound): Value {
  const precision = given.integer("precision", 0);
  const method = given.text("method", "common");
  const number = numberOf(value, "round");
  if (method === "common")
    return typeof number === "bigint" ? roundedInteger(number, precision) : rounded(number, precision);
  if (method !== "ceil" && method !== "floor") throw new TemplateRenderError("round goes by common, ceil or floor");
  const scale = 10 ** precision;
  return (Math[method](Number(number) * scale) + 0) / scale;
}

function roundedInteger(value: bigint, precision: number): bigint {
  if (precision >= 0) return value;
  const size = 10n ** BigInt(Math.min(-precision, maxDigits));
  const rest = ((value % size) + size) % size;
  const below = value - rest;
  const isUp = rest * 2n > size || (rest * 2n === size && (below / size) % 2n !== 0n);
  return isUp ? below + size : below;
}

const units = ["k", "M", "G", "T", "P", "E", "Z", "Y"];

function sizeText(value: Value, isBinary: boolean): string {
  const bytes = floatOf(value);
  if (bytes === undefined) throw new TemplateRenderError(`filesizeformat takes a number, not ${typeName(value)}`);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const power = Math.min(units.findIndex((_, index) => bytes < base ** (index + 2)) + 1 || units.length, units.length);
  const unit = units[power - 1] ?? "";
  return `${fixed(bytes / base ** power, 1)} ${isBinary ? unit.toUpperCase() : unit}${isBinary ? "iB" : "B"}`;
}

/** For filters that take a number or its text. */
export function floatFor(value: Value, user: string): number {
  const number = floatOf(value);
  if (number === undefined) throw new TemplateRenderError(`${user} takes a number, not ${typeName(value)}`);
  return number;
}
