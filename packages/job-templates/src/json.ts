import { isPlainObject } from "@ostinato/core";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object's own value of that name; undefined where there is none, also for names such as `constructor`. */
export function ownValue(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value as an object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isPlainObject(value) ? value : {};
}

/** Two objects merged at all depths, where `over` wins. */
export function merged(under: JsonObject, over: JsonObject): JsonObject {
  const entries = Object.entries(over).map(
    ([name, value]) => [name, mergedValue(ownValue(under, name), value)] as const,
  );
  return { ...under, ...Object.fromEntries(entries) };
}

function mergedValue(under: unknown, over: unknown): unknown {
  return isPlainObject(under) && isPlainObject(over) ? merged(under, over) : over;
}
