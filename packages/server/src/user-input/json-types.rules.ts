import { isNumber, writtenNumber } from "@ostinato/core";
import { Placeholder } from "./placeholder.rules.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of JSON: not a list, a number that is kept exactly, or the place of a value that is not known. */
export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !isNumber(value) &&
    !(value instanceof Placeholder)
  );
}

const types: ReadonlyMap<unknown, (value: unknown) => boolean> = new Map<unknown, (value: unknown) => boolean>([
  ["array", Array.isArray],
  ["boolean", (value) => typeof value === "boolean"],
  ["integer", (value) => isNumber(value) && Number.isInteger(Number(value))],
  ["null", (value) => value === null],
  ["number", isNumber],
  ["object", isJsonObject],
  ["string", (value) => typeof value === "string"],
]);

/** Whether the value is of one of the types of JSON Schema, which may be one or a list. */
export function isOfType(value: unknown, wanted: unknown): boolean {
  return listOf(wanted).some((type) => types.get(type)?.(value) ?? false);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Whether two values are the same in JSON: 1 and true are not, 1 and 1.0 are, and the order of keys does not count. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return canonicalText(a) === canonicalText(b);
}

/** One text for all values that are the same in JSON. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    const digits = writtenNumber(part);
    if (digits !== undefined) return Number(digits);
    return isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part;
  });
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
