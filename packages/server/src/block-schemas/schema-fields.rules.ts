import { type BlockSchemaReference, blockDefinitions, ownDefinitions } from "@ostinato/core/block-schema";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";

/** A nested block of a schema. */
export interface NestedBlock {
  /** The field that holds it. */
  readonly field: string;
  readonly reference: BlockSchemaReference;
}

/** The nested blocks that the fields name. A field may take blocks of several types. What is no reference is left out. */
export function nestedBlocks({ block_schema_references: references }: JsonObject): readonly NestedBlock[] {
  if (!isJsonObject(references)) return [];
  return Object.entries(references).flatMap(([field, given]) => {
    return [given].flat().flatMap((reference) => (isReference(reference) ? [{ field, reference }] : []));
  });
}

function isReference(value: unknown): value is BlockSchemaReference {
  return (
    isJsonObject(value) && typeof value.block_type_slug === "string" && typeof value.block_schema_checksum === "string"
  );
}

/** The fields of a nested block, as the definitions of its parent have them; undefined where they don't. */
export function fieldsOfNested(parent: JsonObject, { field, reference }: NestedBlock): JsonObject | undefined {
  const { definitions, properties } = parent;
  if (!isJsonObject(definitions) || !isJsonObject(properties)) return undefined;
  const candidates = blockDefinitions(properties[field], definitions);
  const found = candidates.find(({ block_type_slug: slug }) => slug === reference.block_type_slug);
  if (found === undefined) return undefined;
  const own = definitionsOf(found, definitions);
  return Object.keys(own).length === 0 ? found : { ...found, definitions: own };
}

/** All definitions that a part needs: its own ones, and those of nested blocks with what they need. */
function definitionsOf(part: JsonObject, definitions: JsonObject): JsonObject {
  const found: Record<string, unknown> = { ...ownDefinitions(part, definitions) };
  for (const block of blockDefinitions(part, definitions)) {
    for (const [name, definition] of Object.entries(definitions)) {
      if (definition !== block || Object.hasOwn(found, name)) continue;
      found[name] = definition;
      for (const [inner, needed] of Object.entries(definitionsOf(block, definitions))) found[inner] ??= needed;
    }
  }
  return found;
}

/**
 * The fields as readers get them: with the references, and with a definition for each nested block. `nested` are the fields of the nested
 * blocks as they were kept.
 */
export function fieldsToKeep(given: JsonObject, nested: readonly JsonObject[]): JsonObject {
  const { block_schema_references: references = {}, definitions, ...others } = given;
  const all: Record<string, unknown> = isJsonObject(definitions) ? { ...definitions } : {};
  for (const { definitions: inner, ...fields } of nested) {
    if (typeof fields.title === "string") all[fields.title] ??= fields;
    if (isJsonObject(inner)) for (const [name, definition] of Object.entries(inner)) all[name] ??= definition;
  }
  const needed = Object.keys(all).length === 0 && definitions === undefined ? {} : { definitions: all };
  return { ...others, block_schema_references: references, ...needed };
}

/** The paths whose values are secrets. */
export function secretPaths({ secret_fields: paths }: JsonObject): readonly string[] {
  return Array.isArray(paths) ? [...new Set(paths.filter((path) => typeof path === "string"))] : [];
}
