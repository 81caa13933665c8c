import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import { blockSchemaChecksum } from "@ostinato/core/block-schema";
import type { BlockSchema, BlockSchemaCreate, BodyOf, filterBlockSchemas } from "@ostinato/protocol";
import * as blockTypes from "../block-types/block-types.service.ts";
import type { Reader } from "../db/dialect.ts";
import { readJson, readPlainJson, storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { absent, refused } from "../kernel/errors.ts";
import { checkAnswerSize, readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import * as queries from "./block-schemas.queries.ts";
import { fieldsOfNested, fieldsToKeep, type NestedBlock, nestedBlocks } from "./schema-fields.rules.ts";

export { secretPaths } from "./schema-fields.rules.ts";

export type BlockSchemaRow = queries.BlockSchemaRow;

/** The version of schemas whose block says none. */
const unversioned = "non-versioned";

/** Registers the schema, or reads the one with the same checksum and version. */
export async function create(
  context: Context,
  given: BlockSchemaCreate,
): Promise<{ schema: BlockSchema; made: boolean }> {
  const { fields = {}, version = unversioned, capabilities = [] } = given;
  const checksum = blockSchemaChecksum(fields);
  const known = await queries.blockSchemaByChecksum(context.db.read, checksum, version);
  const type = await blockTypes.findRow(context.db.read, given.block_type_id);
  if (type === undefined) throw refused("BLOCK_TYPE_NOT_FOUND", `Block type ${given.block_type_id} not found.`);
  if (known !== undefined) return { schema: await presentOne(context.db.read, known), made: false };
  const { row, made } = await unit(context, (unit) =>
    register(unit, { fields, version, capabilities, typeId: type.id, depth: 0 }),
  );
  return { schema: await presentOne(context.db.read, row), made };
}

interface NewSchema {
  readonly fields: JsonObject;
  readonly version: string;
  readonly capabilities: readonly string[];
  readonly typeId: string;
  /** How many schemas nest this one. */
  readonly depth: number;
}

const maxDepth = 50;

/** Registers the schema after those of its nested blocks that are not there yet. */
export async function register(unit: Unit, given: NewSchema): Promise<{ row: BlockSchemaRow; made: boolean }> {
  const nested: JsonObject[] = [];
  for (const block of nestedBlocks(given.fields)) nested.push(await nestedFields(unit, block, given));
  const now = unit.context.clock.now();
  const row: BlockSchemaRow = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    checksum: blockSchemaChecksum(given.fields),
    fields: writeJson(fieldsToKeep(given.fields, nested)),
    capabilities: writeJson([...new Set(given.capabilities)]),
    version: storable(given.version),
    block_type_id: given.typeId,
  };
  const made = await queries.insertBlockSchema(unit.tx, row);
  const kept = made ? row : await queries.blockSchemaByChecksum(unit.tx, row.checksum, row.version);
  return { row: kept ?? row, made };
}

async function nestedFields(unit: Unit, block: NestedBlock, parent: NewSchema): Promise<JsonObject> {
  const { block_type_slug: slug, block_schema_checksum: checksum } = block.reference;
  const [type] = await blockTypes.rowsBySlugs(unit.tx, [slug]);
  if (type === undefined) {
    throw refused(
      "DATA_CONFLICT",
      `Cannot create block schema because block type '${slug}' was not found.Did you forget to register the block type?`,
    );
  }
  const known = await queries.blockSchemaByChecksum(unit.tx, checksum, null);
  if (known !== undefined) return readJson(known.fields);
  const fields = fieldsOfNested(parent.fields, block);
  if (fields === undefined || parent.depth >= maxDepth) {
    throw refused(
      "DATA_CONFLICT",
      `fields: "${block.field}" nests a block of the type "${slug}" whose schema (${checksum}) is not registered, and fields.definitions ${fields === undefined ? "does not have it" : `nests more than ${maxDepth} blocks`}. Register the nested block's schema before.`,
    );
  }
  const nested = { fields, version: unversioned, capabilities: [], typeId: type.id, depth: parent.depth + 1 };
  return readJson((await register(unit, nested)).row.fields);
}

export async function read({ db }: Context, id: string): Promise<BlockSchema> {
  return presentOne(db.read, await rowOf(db.read, id));
}

export async function readByChecksum(
  { db }: Context,
  checksum: string,
  version: string | null | undefined,
): Promise<BlockSchema> {
  const row = await findByChecksum(db.read, checksum, version);
  if (row === undefined) throw absent("Block schema");
  return presentOne(db.read, row);
}

export function findByChecksum(reader: Reader, checksum: string, version: string | null | undefined) {
  return queries.blockSchemaByChecksum(reader, checksum, version);
}

export function findRow(reader: Reader, id: string): Promise<BlockSchemaRow | undefined> {
  return queries.blockSchemaById(reader, id);
}

export function rowsByIds(reader: Reader, ids: readonly string[]): Promise<BlockSchemaRow[]> {
  return queries.blockSchemasByIds(reader, ids);
}

async function rowOf(reader: Reader, id: string): Promise<BlockSchemaRow> {
  const row = await queries.blockSchemaById(reader, id);
  if (row === undefined) throw absent("Block schema");
  return row;
}

export async function filter({ db }: Context, body: BodyOf<typeof filterBlockSchemas>): Promise<BlockSchema[]> {
  const query = { filter: body.block_schemas, limit: readLimit(body.limit), offset: body.offset ?? 0 };
  const rows = await queries.findBlockSchemas(db.read, query);
  checkAnswerSize(rows.map(({ fields }) => fields.length));
  const types = await blockTypes.rowsByIds(db.read, [...new Set(rows.map((row) => row.block_type_id))]);
  return rows.map((row) =>
    presentBlockSchema(
      row,
      types.find(({ id }) => id === row.block_type_id),
    ),
  );
}

/** Deletes the schema with its documents. */
export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, async (unit) => {
    const { tx } = unit;
    const row = await rowOf(tx, id);
    const type = await blockTypes.findRow(tx, row.block_type_id);
    if (type?.is_protected === 1) {
      throw refused("BLOCK_TYPE_PROTECTED", "Block schemas for protected block types cannot be deleted.");
    }
    unit.deleted("block-document", await queries.documentsOfSchema(tx, id));
    await queries.deleteBlockSchema(tx, id);
  });
}

export async function capabilities({ db }: Context): Promise<string[]> {
  const lists = await queries.capabilityLists(db.read);
  return [...new Set(lists.flatMap((list) => readPlainJson<readonly string[]>(list)))].toSorted();
}

async function presentOne(reader: Reader, row: BlockSchemaRow): Promise<BlockSchema> {
  return presentBlockSchema(row, await blockTypes.findRow(reader, row.block_type_id));
}

export function presentBlockSchema(row: BlockSchemaRow, type: blockTypes.BlockTypeRow | undefined): BlockSchema {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    checksum: row.checksum,
    fields: readJson(row.fields),
    block_type_id: row.block_type_id,
    block_type: type === undefined ? null : blockTypes.presentBlockType(type),
    capabilities: readPlainJson(row.capabilities),
    version: row.version,
  };
}
