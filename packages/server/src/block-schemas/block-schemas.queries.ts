import type { BlockSchemaFilter } from "@ostinato/protocol";
import type { Insertable, Selectable } from "kysely";
import { blockSchemaCondition } from "../criteria/blocks.queries.ts";
import { everything } from "../criteria/conditions.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { prepared } from "../db/prepared.ts";
import type { Tables } from "../db/tables.ts";

export type BlockSchemaRow = Selectable<Tables["block_schema"]>;

const byId = prepared<{ id: string }, BlockSchemaRow>((reader, slot) =>
  reader.selectFrom("block_schema").selectAll().where("id", "=", slot("id")),
);

export async function blockSchemaById(reader: Reader, id: string): Promise<BlockSchemaRow | undefined> {
  return (await byId(reader, { id })).rows[0];
}

export async function blockSchemasByIds(reader: Reader, ids: readonly string[]): Promise<BlockSchemaRow[]> {
  const [first] = ids;
  if (first === undefined) return [];
  if (ids.length === 1) return (await byId(reader, { id: first })).rows;
  return reader.selectFrom("block_schema").selectAll().where("id", "in", ids).execute();
}

/** The newest one, of the version where one is given. */
export function blockSchemaByChecksum(
  reader: Reader,
  checksum: string,
  version: string | null | undefined,
): Promise<BlockSchemaRow | undefined> {
  return reader
    .selectFrom("block_schema")
    .selectAll()
    .where("checksum", "=", checksum)
    .$if(typeof version === "string", (query) => query.where("version", "=", version ?? ""))
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

export interface BlockSchemaQuery {
  readonly filter: BlockSchemaFilter | null | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** Newest first. */
export function findBlockSchemas(
  reader: Reader,
  { filter, limit, offset }: BlockSchemaQuery,
): Promise<BlockSchemaRow[]> {
  return reader
    .selectFrom("block_schema")
    .selectAll()
    .where(blockSchemaCondition(filter) ?? everything)
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
}

/** Adds the schema where none has its checksum and version; gives false where there is one. */
export async function insertBlockSchema(tx: Writer, row: Insertable<Tables["block_schema"]>): Promise<boolean> {
  const result = await tx
    .insertInto("block_schema")
    .values(row)
    .onConflict((conflict) => conflict.columns(["checksum", "version"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function documentsOfSchema(reader: Reader, id: string): Promise<readonly string[]> {
  const rows = await reader.selectFrom("block_document").select("id").where("block_schema_id", "=", id).execute();
  return rows.map((row) => row.id);
}

/** Its documents go with it, by the foreign key. */
export async function deleteBlockSchema(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("block_schema").where("id", "=", id).execute();
}

/** The lists of capabilities that schemas have, each once. */
export async function capabilityLists(reader: Reader): Promise<readonly string[]> {
  const rows = await reader.selectFrom("block_schema").select("capabilities").distinct().execute();
  return rows.map(({ capabilities }) => capabilities);
}
