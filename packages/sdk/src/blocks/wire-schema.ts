import { isPlainObject } from "@ostinato/core";
import { blockSchemaChecksum } from "@ostinato/core/block-schema";
import { UsageError } from "../errors.ts";
import { jsonSchemaOf } from "../inputs/parameter-schema.ts";
import type { AnyBlock } from "./block-options.ts";
import { type BlockDefinition, definitionOf } from "./definition.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** A block's schema as the server keeps it. */
export interface WireSchema {
  readonly fields: JsonObject;
  readonly checksum: string;
  readonly secretPaths: readonly string[];
}

/** The schema in Prefect's shape: positions of the fields, paths of secrets, and nested blocks as references with definitions. */
export async function wireSchema({ type, schema, secrets = [], nested = {} }: BlockDefinition): Promise<WireSchema> {
  const made = await jsonSchemaOf(schema);
  const {
    properties,
    required,
    $defs,
    title = titleOf(type),
  } = inPrefectsWords(made ?? {}) as Record<string, JsonObject>;
  if (!isPlainObject(properties)) {
    throw new UsageError(
      `block "${type}": its schema describes no fields. Give an object with fields, such as z.object({ … }).`,
    );
  }
  const blocks = await nestedSchemas(nested);
  refuseUnknown(type, Object.keys(nested), properties);
  const definitions = { ...$defs, ...Object.assign({}, ...blocks.map(({ definitions }) => definitions)) };
  const secretPaths = [
    ...new Set([
      ...secrets,
      ...markedSecrets(made ?? {}, Object.keys(nested)),
      ...blocks.flatMap(({ field, schema }) => schema.secretPaths.map((path) => `${field}.${path}`)),
    ]),
  ];
  const places = Object.entries(properties).map(([field, property], position) => {
    const choices = blocks.filter((each) => each.field === field);
    const own = choices.length === 0 ? (property as JsonObject) : { ...about(property), ...chosen(choices) };
    return [field, { title: titleOf(field), ...own, position }] as const;
  });
  const fields = {
    block_schema_references: references(blocks),
    block_type_slug: type,
    properties: Object.fromEntries(places),
    ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
    secret_fields: secretPaths,
    title,
    type: "object",
    ...(Object.keys(definitions).length === 0 ? {} : { definitions }),
  };
  return { fields, checksum: blockSchemaChecksum(fields), secretPaths };
}

/** The schema of parameters with blocks in place of their values, as Prefect describes those of a flow. */
export async function schemaWithBlocks(
  schema: object,
  blocks: NonNullable<BlockDefinition["nested"]>,
): Promise<JsonObject> {
  const { properties = {}, definitions, ...others } = schema as Record<string, JsonObject>;
  const unknown = Object.keys(blocks).find((field) => !Object.hasOwn(properties, field));
  if (unknown !== undefined) {
    throw new UsageError(
      `blocks has the parameter "${unknown}", which the schema does not have. It has ${Object.keys(properties).join(", ")}.`,
    );
  }
  const found = await nestedSchemas(blocks);
  const places = found.map(({ field, title }) => {
    const { title: own = field } = properties[field] as JsonObject;
    return [field, { title: own, ...about(properties[field]), $ref: `#/definitions/${title}` }] as const;
  });
  return {
    ...others,
    properties: { ...properties, ...Object.fromEntries(places) },
    definitions: { ...definitions, ...Object.assign({}, ...found.map((block) => block.definitions)) },
  };
}

interface NestedSchema {
  readonly field: string;
  readonly title: string;
  readonly schema: WireSchema;
  readonly reference: JsonObject;
  readonly definitions: JsonObject;
}

/** A field and a type of block that it takes, for each type. */
export function nestedBlocks({ nested = {} }: Pick<BlockDefinition, "nested">): readonly NestedBlock[] {
  return Object.entries(nested).flatMap(([field, blocks]) => [blocks].flat().map((block) => ({ field, block })));
}

interface NestedBlock {
  readonly field: string;
  readonly block: AnyBlock;
}

/** What the property of a schema says about itself, beside its type. */
function about(property: unknown): JsonObject {
  const { title, description } = Object(property) as JsonObject;
  return { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
}

function chosen(choices: readonly NestedSchema[]): JsonObject {
  const places = choices.map(({ title }) => ({ $ref: `#/definitions/${title}` }));
  const [only] = places;
  return only !== undefined && places.length === 1 ? only : { anyOf: places };
}

/** A field that takes several types has a list of them. */
function references(blocks: readonly NestedSchema[]): JsonObject {
  const byField = Map.groupBy(blocks, ({ field }) => field);
  return Object.fromEntries(
    [...byField].map(([field, choices]) => {
      const all = choices.map(({ reference }) => reference);
      return [field, all.length === 1 ? all[0] : all];
    }),
  );
}

function nestedSchemas(nested: NonNullable<BlockDefinition["nested"]>): Promise<readonly NestedSchema[]> {
  return Promise.all(
    nestedBlocks({ nested }).map(async ({ field, block }) => {
      const schema = await wireSchema(definitionOf(block));
      const { definitions = {}, ...own } = schema.fields as Record<string, JsonObject>;
      const title = String(own.title);
      const reference = { block_schema_checksum: schema.checksum, block_type_slug: block.type };
      return { field, title, schema, reference, definitions: { ...definitions, [title]: own } };
    }),
  );
}

function refuseUnknown(type: string, nested: readonly string[], properties: JsonObject): void {
  const unknown = nested.find((field) => !Object.hasOwn(properties, field));
  if (unknown === undefined) return;
  throw new UsageError(
    `block "${type}": nested has the field "${unknown}", which the schema does not have. It has ${Object.keys(properties).join(", ")}.`,
  );
}

/** JSON Schema of today keeps definitions under another name than Prefect's. */
function inPrefectsWords(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inPrefectsWords);
  if (!isPlainObject(schema)) return schema;
  const { $schema: _, ...own } = schema;
  return Object.fromEntries(
    Object.entries(own).map(([name, part]) => {
      if (name === "$ref" && typeof part === "string") return [name, part.replace("#/$defs/", "#/definitions/")];
      return [name, inPrefectsWords(part)];
    }),
  );
}

/** The paths of the values that the schema marks as passwords. Items of a list have the path of the list. */
function markedSecrets(schema: object, nested: readonly string[], path: readonly string[] = []): readonly string[] {
  if (!isPlainObject(schema)) return [];
  const { format, writeOnly, properties, items, anyOf, additionalProperties } = schema;
  if (format === "password" || writeOnly === true) return path.length === 0 ? [] : [path.join(".")];
  const own = Object.entries(isPlainObject(properties) ? properties : {}).flatMap(([field, part]) => {
    const isNested = path.length === 0 && nested.includes(field);
    return isNested ? [] : markedSecrets(Object(part), nested, [...path, field]);
  });
  const choices = [items, ...(Array.isArray(anyOf) ? anyOf : [])];
  const others = choices.flatMap((part) => (isPlainObject(part) ? markedSecrets(part, nested, path) : []));
  const below = isPlainObject(additionalProperties) ? markedSecrets(additionalProperties, nested, [...path, "*"]) : [];
  return [...own, ...others, ...below];
}

/** `warehouse-main` as people read it. */
export function titleOf(name: string): string {
  const words = name.split(/[-_]/).filter(Boolean);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
