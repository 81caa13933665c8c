/** What is known of the values of a column, from which its type follows. */
export type Seen =
  | { readonly kind: "nothing" }
  | { readonly kind: "boolean" | "text" | "whole" | "number" | "moment" | "bytes" | "large" }
  | { readonly kind: "list"; readonly items: Seen }
  | { readonly kind: "record"; readonly fields: ReadonlyMap<string, Seen> }
  | { readonly kind: "map"; readonly values: Seen };

/** Two values of a column that no type has together. */
export class MixedTypes extends Error {
  override readonly name = "MixedTypes";
}

const maxWhole = 2n ** 63n - 1n;

/** What a value tells of its column. Throws a TypeError for one that Parquet has no value for. */
export function seenIn(value: unknown): Seen {
  switch (typeof value) {
    case "undefined":
      return { kind: "nothing" };
    case "boolean":
      return { kind: "boolean" };
    case "string":
      return { kind: "text" };
    case "number":
      return { kind: Number.isSafeInteger(value) ? "whole" : "number" };
    case "bigint":
      if (value > maxWhole || value < -maxWhole - 1n)
        throw new TypeError("a whole number of more than 64 bits, which Parquet lacks");
      return { kind: "large" };
    case "object":
      return value === null ? { kind: "nothing" } : seenInObject(value);
    default:
      throw new TypeError(`a ${typeof value}, which Parquet lacks`);
  }
}

function seenInObject(value: object): Seen {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new TypeError("an invalid Date");
    return { kind: "moment" };
  }
  if (value instanceof Uint8Array) return { kind: "bytes" };
  if (Array.isArray(value)) return { kind: "list", items: value.map(seenWithin).reduce(merged, { kind: "nothing" }) };
  if (value instanceof Map) {
    return { kind: "map", values: [...value.values()].map(seenWithin).reduce(merged, { kind: "nothing" }) };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`a ${value.constructor.name}, which Parquet lacks`);
  return { kind: "record", fields: new Map(Object.entries(value).map(([name, part]) => [name, seenWithin(part)])) };
}

/** Bytes are written as base64, which is undone for whole columns. */
function seenWithin(value: unknown): Seen {
  if (value instanceof Uint8Array) throw new TypeError("bytes within a list or a record");
  return seenIn(value);
}

const words: Readonly<Record<Seen["kind"], string>> = {
  nothing: "nothing",
  boolean: "booleans",
  text: "texts",
  whole: "whole numbers",
  large: "bigints",
  number: "fractions",
  moment: "dates",
  bytes: "bytes",
  list: "lists",
  record: "records",
  map: "maps",
};

const order = ["whole", "large", "number"];

/** What holds both. Throws where nothing does. */
export function merged(one: Seen, other: Seen): Seen {
  if (one.kind === "nothing") return other;
  if (other.kind === "nothing") return one;
  if (one.kind === "list" && other.kind === "list") return { kind: "list", items: merged(one.items, other.items) };
  if (one.kind === "map" && other.kind === "map") return { kind: "map", values: merged(one.values, other.values) };
  if (one.kind === "record" && other.kind === "record") {
    const names = new Set([...one.fields.keys(), ...other.fields.keys()]);
    const nothing: Seen = { kind: "nothing" };
    const fields = [...names].map(
      (name) => [name, merged(one.fields.get(name) ?? nothing, other.fields.get(name) ?? nothing)] as const,
    );
    return { kind: "record", fields: new Map(fields) };
  }
  if (one.kind === other.kind) return one;
  const [a, b] = [order.indexOf(one.kind), order.indexOf(other.kind)];
  if (a >= 0 && b >= 0 && !([one.kind, other.kind].includes("large") && [one.kind, other.kind].includes("number"))) {
    return a > b ? one : other;
  }
  throw new MixedTypes(`${words[one.kind]} and ${words[other.kind]}`);
}

/** The type in DuckDB's words. A column of nothing but nulls has the type that goes together with every number. */
export function typeOf(seen: Seen): string {
  switch (seen.kind) {
    case "nothing":
      return "INTEGER";
    case "boolean":
      return "BOOLEAN";
    case "text":
      return "VARCHAR";
    case "whole":
    case "large":
      return "BIGINT";
    case "number":
      return "DOUBLE";
    case "moment":
      return "TIMESTAMPTZ";
    case "bytes":
      return "BLOB";
    case "list":
      return `${typeOf(seen.items)}[]`;
    case "map":
      return `MAP(VARCHAR, ${typeOf(seen.values)})`;
    case "record": {
      const fields = [...seen.fields].map(([name, field]) => `"${name.replaceAll('"', '""')}" ${typeOf(field)}`);
      return fields.length === 0 ? "JSON" : `STRUCT(${fields.join(", ")})`;
    }
    default:
      return seen satisfies never;
  }
}
