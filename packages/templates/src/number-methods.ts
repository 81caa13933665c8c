import { TemplateRenderError } from "./errors.ts";
import { methods } from "./methods.ts";
import { Tuple, type Value } from "./values.ts";

export const intMethods = methods<bigint | boolean>({
  bit_length: ["", (value) => BigInt(bitsOf(value).length)],
  bit_count: ["", (value) => BigInt(bitsOf(value).replaceAll("0", "").length)],
  conjugate: ["", (value) => BigInt(value)],
  as_integer_ratio: ["", (value) => new Tuple([BigInt(value), 1n])],
});

export const floatMethods = methods<number>({
  conjugate: ["", (value) => value],
  is_integer: ["", (value) => Number.isInteger(value)],
  as_integer_ratio: ["", (value) => new Tuple(ratioOf(value))],
});

/** The fields of a number; undefined for any other name. */
export function numberParts(value: bigint | number, name: string): Value | undefined {
  if (name === "real") return value;
  if (name === "imag") return typeof value === "bigint" ? 0n : 0;
  if (typeof value !== "bigint") return undefined;
  return name === "numerator" ? value : name === "denominator" ? 1n : undefined;
}

function bitsOf(value: bigint | boolean): string {
  const whole = BigInt(value);
  return whole === 0n ? "" : (whole < 0n ? -whole : whole).toString(2);
}

/** The float as a fraction of ints. */
function ratioOf(value: number): readonly [bigint, bigint] {
  if (!Number.isFinite(value)) throw new TemplateRenderError("what is not finite has no ratio");
  let [numerator, denominator] = [value, 1n];
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return [BigInt(numerator), denominator];
}
