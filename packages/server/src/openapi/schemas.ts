import type { Json, TSchema } from "@ostinato/protocol";

export interface SchemaWriter {
  /** A schema as OpenAPI has it: the named ones by reference. */
  write(schema: TSchema): Json;
  /** The named schemas that were referred to. */
  components(): Readonly<Record<string, Json>>;
}

/** `names` are the exports of the protocol: its objects and enumerations become components under their names. */
export function schemaWriter(names: Readonly<Record<string, unknown>>): SchemaWriter {
  const named = new Map(Object.entries(names).flatMap(([name, value]) => (isComponent(value) ? [[value, name]] : [])));
  const components = new Map<string, Json>();

  function write(schema: TSchema): Json {
    const name = named.get(schema);
    if (name === undefined) return body(schema);
    if (!components.has(name)) {
      components.set(name, null); // Reserves the name while the schemas that it refers to are written.
      components.set(name, body(schema));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function body(schema: TSchema): Json {
    const entries = Object.entries(schema).flatMap(([key, value]): [string, Json][] => {
      switch (key) {
        case "properties":
          return [
            [
              key,
              Object.fromEntries(Object.entries(value as object).map(([name, property]) => [name, write(property)])),
            ],
          ];
        case "anyOf":
        case "allOf":
          return [[key, (value as TSchema[]).map(write)]];
        case "items":
          return Array.isArray(value) ? [["prefixItems", value.map(write)]] : [[key, write(value as TSchema)]];
        case "additionalItems":
          return [];
        case "patternProperties":
          return [["additionalProperties", write(Object.values(value as object)[0])]];
        case "~described":
          return Object.entries(value as Readonly<Record<string, Json>>);
        case "~refine":
          return [];
        case "format":
          return [[key, value === "timestamp" ? "date-time" : (value as string)]];
        default:
          return [[key, value as Json]];
      }
    });
    return Object.fromEntries(entries);
  }

  return { write, components: () => Object.fromEntries(components) };
}

function isComponent(value: unknown): value is TSchema {
  if (typeof value !== "object" || value === null) return false;
  const { type, properties, enum: values } = value as Readonly<Record<string, unknown>>;
  return (type === "object" && properties !== undefined) || values !== undefined;
}
