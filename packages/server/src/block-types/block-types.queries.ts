import type { Insertable, Selectable, Updateable } from "kysely";
import { type BlockCriteria, blockTypeCondition } from "../criteria/blocks.queries.ts";
import { everything } from "../criteria/conditions.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type BlockTypeRow = Selectable<Tables["block_type"]>;

export function blockTypeById(reader: Reader, id: string): Promise<BlockTypeRow | undefined> {
  return reader.selectFrom("block_type").selectAll().where("id", "=", id).executeTakeFirst();
}

export function blockTypeBySlug(reader: Reader, slug: string): Promise<BlockTypeRow | undefined> {
  return reader.selectFrom("block_type").selectAll().where("slug", "=", slug).executeTakeFirst();
}

export function blockTypesByIds(reader: Reader, ids: readonly string[]): Promise<BlockTypeRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return reader.selectFrom("block_type").selectAll().where("id", "in", ids).execute();
}

export function blockTypesBySlugs(reader: Reader, slugs: readonly string[]): Promise<BlockTypeRow[]> {
  if (slugs.length === 0) return Promise.resolve([]);
  return reader.selectFrom("block_type").selectAll().where("slug", "in", slugs).execute();
}

export interface BlockTypeQuery {
  readonly criteria: Omit<BlockCriteria, "block_documents">;
  readonly limit: number;
  readonly offset: number;
}

export function findBlockTypes(reader: Reader, { criteria, limit, offset }: BlockTypeQuery): Promise<BlockTypeRow[]> {
  return reader
    .selectFrom("block_type")
    .selectAll()
    .where(blockTypeCondition(criteria) ?? everything)
    .orderBy("block_type.name")
    .orderBy("block_type.id")
    .limit(limit)
    .offset(offset)
    .execute();
}

/** Adds the type where none has the slug; gives false where there is one. */
export async function insertBlockType(tx: Writer, row: Insertable<Tables["block_type"]>): Promise<boolean> {
  const result = await tx
    .insertInto("block_type")
    .values(row)
    .onConflict((conflict) => conflict.column("slug").doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateBlockType(
  tx: Writer,
  id: string,
  change: Updateable<Tables["block_type"]>,
): Promise<BlockTypeRow | undefined> {
  return tx.updateTable("block_type").set(change).where("id", "=", id).returningAll().executeTakeFirst();
}

export async function documentsOfType(reader: Reader, id: string): Promise<readonly string[]> {
  const rows = await reader.selectFrom("block_document").select("id").where("block_type_id", "=", id).execute();
  return rows.map((row) => row.id);
}

/** Its schemas and documents go with it, by the foreign keys. */
export async function deleteBlockType(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("block_type").where("id", "=", id).execute();
}
