import { isJsonObject, type JsonObject, listOf } from "./json-types.rules.ts";

/** Which fields may be null though their schema doesn't say so: those that need not be given, all of them or those without a default. */
export type Nullable = "optional" | "without default";

/**
 * Says in a schema what pydantic 1 means and does not write, as Prefect does before it checks an input: a field that need not be
 * given and has no default may be null, and a list of schemas for items is one of the first items. Changes the schema.
 */
export function completeSchema(schema: object, nullable: Nullable = "without default"): void {
  completeFields(schema, nullable);
  if (!("definitions" in schema) || !isJsonObject(schema.definitions)) return;
  const { definitions } = schema;
  for (const definition of Object.values(definitions)) {
    if (!isJsonObject(definition)) continue;
    completeFields(definition, nullable);
    if ("block_type_slug" in definition) allowReference(definitions, definition);
  }
}

/**
 * A block may be given by the id of its document, or by several words that find it. Prefect lets one of both hold and not both, and so refuses each
 * reference to a block that needs none of its fields: as a value without any, the reference fits as well.
 */
function allowReference(definitions: Record<string, unknown>, definition: JsonObject): void {
  const words = { type: "object", additionalProperties: { type: "string" }, minProperties: 1 };
  const $ref = { oneOf: [{ type: "string", format: "uuid" }, words] };
  const reference = { type: "object", properties: { $ref }, required: ["$ref"] };
  definitions[String(definition.title)] = { anyOf: [definition, reference] };
}

interface SchemaOfFields {
  readonly properties?: unknown;
  readonly required?: unknown;
}

function completeFields(schema: SchemaOfFields, nullable: Nullable): void {
  if (!isJsonObject(schema.properties)) return;
  const required = listOf(schema.required);
  for (const [name, field] of Object.entries(schema.properties)) {
    if (!isJsonObject(field)) continue;
    if (!required.includes(name) && (nullable === "optional" || !("default" in field))) allowNull(field);
    nameFirstItems(field);
    completeFields(field, nullable);
  }
}

function allowNull(field: { type?: unknown; anyOf?: unknown }): void {
  const { type } = field;
  if (type === undefined || type === "null") return;
  field.anyOf = [{ type }, { type: "null" }];
  delete field.type;
}

function nameFirstItems(field: { items?: unknown; prefixItems?: unknown }): void {
  const { items, prefixItems } = field;
  if (!Array.isArray(items) || items.length === 0 || (Array.isArray(prefixItems) && prefixItems.length > 0)) return;
  field.prefixItems = items;
  delete field.items;
}
