import { changeParts, ExactNumber, holdsExactNumbers } from "./exact-json.ts";

/** The keyword of a schema whose number is kept as it was written, because it is a user's. */
export const keptExactly = "x-exact";

/**
 * The value from `parseJson`, with JavaScript numbers where the JSON Schema asks for a number. Where the schema allows any JSON
 * (parameters, payloads, data), the value belongs to a user and exact numbers stay.
 */
export function withPlainFields(schema: object, value: unknown): unknown {
  return fitted([schema], value);
}

interface Schema {
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function fitted(schemas: readonly Schema[], value: unknown): unknown {
  if (!holdsExactNumbers(value)) return value;
  const alternatives = schemas.flatMap(alternativesOf);
  if (alternatives.some(takesAnything)) return value;
  if (value instanceof ExactNumber) return Number(value);
  return changeParts(value as object, (part, key) => {
    return fitted(
      alternatives.flatMap((schema) => schemaOfPart(schema, key) ?? []),
      part,
    );
  });
}

function alternativesOf(schema: Schema): readonly Schema[] {
  return schema.anyOf?.flatMap(alternativesOf) ?? [schema];
}

const constraints = ["type", "enum", "const", "allOf", "oneOf", "not", "$ref", "~refine"];

function takesAnything(schema: Schema): boolean {
  return keptExactly in schema || !constraints.some((keyword) => keyword in schema);
}

function schemaOfPart({ items, properties, patternProperties = {} }: Schema, key: string | number): Schema | undefined {
  if (typeof key === "number") return items;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return Object.values(patternProperties)[0];
}
