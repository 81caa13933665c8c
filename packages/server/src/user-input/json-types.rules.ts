import { isNumber, withNearestNumbers } from "@ostinato/core";

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of JSON: no list, and no number that is kept exactly. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNumber(value);
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
  return JSON.stringify(withNearestNumbers(value), (_key, part: unknown) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part,
  );
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
