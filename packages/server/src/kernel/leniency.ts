import type { TSchema } from "@ostinato/protocol";
import { Check } from "typebox/schema";

/** The parts of a JSON schema that describe nested values. */
interface Shape {
  readonly type?: string;
  readonly anyOf?: readonly TSchema[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly patternProperties?: Readonly<Record<string, TSchema>>;
  readonly items?: TSchema | readonly TSchema[];
}

/**
 * Converts values as Prefect's server does: strings and booleans to numbers, words and numbers to booleans. Call it for an
 * invalid value; the result may still be invalid.
 */
export function readLeniently(schema: TSchema, value: unknown): unknown {
  const { type, anyOf, properties, patternProperties, items } = schema as Shape;
  if (anyOf !== undefined) return asOneOf(anyOf, value);
  if (type === "integer") return asInteger(value);
  if (type === "number") return asNumber(value);
  if (type === "boolean") return asBoolean(value);
  if (Array.isArray(value)) {
    return items === undefined || Array.isArray(items)
      ? value
      : value.map((item) => readLeniently(items as TSchema, item));
  }
  // A user's own object stays as it is.
  const isFree = properties === undefined && patternProperties === undefined;
  if (typeof value !== "object" || value === null || isFree) return value;
  const [every] = Object.values(patternProperties ?? {});
  const entries = Object.entries(value).map(([name, inner]) => {
    const within = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : every;
    return [name, within === undefined ? inner : readLeniently(within, inner)];
  });
  return Object.fromEntries(entries);
}

function asOneOf(schemas: readonly TSchema[], value: unknown): unknown {
  if (schemas.some((schema) => Check(schema, value))) return value;
  for (const schema of schemas) {
    const read = readLeniently(schema, value);
    if (Check(schema, read)) return read;
  }
  return value;
}

function asInteger(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" && /^\s*[+-]?\d{1,15}(\.0*)?\s*$/.test(value) ? Number(value) : value;
}

function asNumber(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" && /^\s*[+-]?\d{1,15}(\.\d{0,15})?(e[+-]?\d{1,2})?\s*$/i.test(value)
    ? Number(value)
    : value;
}

const truths = new Set<unknown>([1, "1", "true", "t", "yes", "y", "on"]);
const untruths = new Set<unknown>([0, "0", "false", "f", "no", "n", "off"]);

function asBoolean(value: unknown): unknown {
  const word = typeof value === "string" ? value.toLowerCase() : value;
  if (truths.has(word)) return true;
  return untruths.has(word) ? false : value;
}
