export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema that no value of JSON fits: a choice between it and others is one between the others. */
export const nothing: JsonSchema = { not: {} };

/**
 * The schema in words that all forms read, Prefect's too: one type in each place and a choice where there are several, no types that JSON
 * does not have, and no pattern that is not a text.
 */
export function portableSchema(schema: JsonSchema): JsonSchema {
  return withChoices(withKnownTypes(withPortableParts(schema)));
}

const schemaKeys = ["items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"];
const listKeys = ["items", "prefixItems", "anyOf", "oneOf", "allOf"];
const mapKeys = ["properties", "patternProperties", "$defs", "definitions"];

/** Only where schemas stand: a default or a constant may look like one. */
function withPortableParts(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([key, part]) => {
      if (listKeys.includes(key) && Array.isArray(part)) return [key, part.map(portablePart)];
      if (mapKeys.includes(key) && isSchema(part))
        return [key, Object.fromEntries(Object.entries(part).map(([name, one]) => [name, portablePart(one)]))];
      return [key, schemaKeys.includes(key) ? portablePart(part) : part];
    }),
  );
}

function portablePart(part: unknown): unknown {
  return isSchema(part) ? portableSchema(part) : part;
}

const jsonTypes: readonly unknown[] = ["array", "boolean", "integer", "null", "number", "object", "string"];
/** Types of TypeBox that values of JSON stand for, or none does. */
const otherTypes: ReadonlyMap<unknown, JsonSchema> = new Map([
  ["bigint", { type: "integer" }],
  ["undefined", nothing],
  ["void", nothing],
]);

function withKnownTypes(schema: JsonSchema): JsonSchema {
  const { type, pattern, ...rest } = schema;
  const kept = { ...rest, ...(typeof pattern === "string" ? { pattern } : {}) };
  if (type === undefined) return kept;
  if (Array.isArray(type) || jsonTypes.includes(type)) return { type, ...kept };
  return { ...kept, ...otherTypes.get(type) };
}

function withChoices(schema: JsonSchema): JsonSchema {
  const { type, anyOf, ...rest } = schema;
  if (Array.isArray(type)) return choiceOfTypes(type, rest);
  if (!Array.isArray(anyOf)) return schema;
  const possible = anyOf.filter((choice) => !isNothing(choice));
  const [only] = possible;
  return possible.length === 1 && isSchema(only) ? { ...only, ...rest } : { ...schema, anyOf: possible };
}

/** Prefect's pages know several types in one place only as a choice. */
function choiceOfTypes(types: readonly unknown[], rest: JsonSchema): JsonSchema {
  const { title, description, default: fallback, deprecated, examples, ...conditions } = rest;
  const about = Object.entries({ title, description, default: fallback, deprecated, examples });
  const anyOf = types.map((type) => (type === "null" ? { type } : { type, ...conditions }));
  return { ...Object.fromEntries(about.filter(([, value]) => value !== undefined)), anyOf };
}

function isNothing(schema: unknown): boolean {
  return isSchema(schema) && isSchema(schema.not) && Object.keys(schema.not).length === 0;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
