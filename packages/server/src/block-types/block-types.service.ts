import { timeOrderedId } from "@ostinato/core";
import type { BlockType, BlockTypeCreate, BlockTypeUpdate, BodyOf, filterBlockTypes } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { storable, storableOrNull } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { blockTypeEvent, presentBlockType } from "./block-types.presenter.ts";
import * as queries from "./block-types.queries.ts";

export { presentBlockType } from "./block-types.presenter.ts";

export type BlockTypeRow = queries.BlockTypeRow;

/** Prefect's servers keep such names for themselves. */
function isReserved(name: string): boolean {
  return name.toLowerCase().startsWith("prefect");
}

export async function create(context: Context, given: BlockTypeCreate): Promise<BlockType> {
  if (isReserved(given.name)) {
    throw refused("NAME_RESERVED", "Block type names beginning with 'Prefect' are reserved.");
  }
  const made = await unit(context, (unit) => add(unit, given, { isProtected: false }));
  if (made === undefined) throw refused("DATA_CONFLICT", `Block type with name "${given.name}" already exists`);
  return presentBlockType(made);
}

/** Adds the type where none has the slug; gives undefined where there is one. */
export async function add(
  unit: Unit,
  given: BlockTypeCreate,
  { isProtected }: { readonly isProtected: boolean },
): Promise<BlockTypeRow | undefined> {
  const now = unit.context.clock.now();
  const row: BlockTypeRow = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    name: storable(given.name),
    slug: given.slug,
    ...wording(given),
    is_protected: isProtected ? 1 : 0,
  };
  if (!(await queries.insertBlockType(unit.tx, row))) return undefined;
  await events.recordNew(unit, [blockTypeEvent("created", row, now)]);
  return row;
}

function wording({ logo_url, documentation_url, description, code_example }: BlockTypeUpdate) {
  return {
    logo_url: storableOrNull(logo_url),
    documentation_url: storableOrNull(documentation_url),
    description: storableOrNull(description),
    code_example: storableOrNull(code_example),
  };
}

export async function read({ db }: Context, id: string): Promise<BlockType> {
  const row = await queries.blockTypeById(db.read, id);
  if (row === undefined) throw absent("Block type");
  return presentBlockType(row);
}

export async function readBySlug({ db }: Context, slug: string): Promise<BlockType> {
  return presentBlockType(await rowBySlug(db.read, slug));
}

/** The row, or a 404. */
export async function rowBySlug(reader: Reader, slug: string): Promise<BlockTypeRow> {
  const row = await queries.blockTypeBySlug(reader, slug);
  if (row === undefined) throw absent("Block type");
  return row;
}

export function findRow(reader: Reader, id: string): Promise<BlockTypeRow | undefined> {
  return queries.blockTypeById(reader, id);
}

export function rowsByIds(reader: Reader, ids: readonly string[]): Promise<BlockTypeRow[]> {
  return queries.blockTypesByIds(reader, ids);
}

export function rowsBySlugs(reader: Reader, slugs: readonly string[]): Promise<BlockTypeRow[]> {
  return queries.blockTypesBySlugs(reader, slugs);
}

export async function filter({ db }: Context, body: BodyOf<typeof filterBlockTypes>): Promise<BlockType[]> {
  const { limit, offset, ...criteria } = body;
  const query = { criteria, limit: readLimit(limit), offset: offset ?? 0 };
  return (await queries.findBlockTypes(db.read, query)).map(presentBlockType);
}

/** Writes the fields that are given. Clients send what they say of a type whenever it differs, so no event tells of a change to the same. */
export async function update(context: Context, id: string, given: BlockTypeUpdate): Promise<void> {
  await unit(context, async (unit) => {
    const { tx } = unit;
    const before = await queries.blockTypeById(tx, id);
    if (before === undefined) throw absent("Block type");
    const all = wording(given);
    const change = Object.fromEntries(Object.entries(all).filter(([field]) => Object.hasOwn(given, field)));
    if (Object.entries(change).every(([field, value]) => before[field as keyof typeof all] === value)) return;
    const now = unit.context.clock.now();
    const after = await queries.updateBlockType(tx, id, { ...change, updated: now });
    if (after !== undefined) await events.recordNew(unit, [blockTypeEvent("updated", after, now)]);
  });
}

/** Deletes the type with its schemas and documents. */
export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, async (unit) => {
    const row = await queries.blockTypeById(unit.tx, id);
    if (row === undefined) throw absent("Block type");
    if (row.is_protected === 1) throw refused("BLOCK_TYPE_PROTECTED", "protected block types cannot be deleted.");
    unit.deleted("block-document", await queries.documentsOfType(unit.tx, id));
    await queries.deleteBlockType(unit.tx, id);
    await events.recordNew(unit, [blockTypeEvent("deleted", row, unit.context.clock.now())]);
  });
}
