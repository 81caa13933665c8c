import type { BlockDocumentSort } from "@ostinato/protocol";
import { type Insertable, type Selectable, sql, type Updateable } from "kysely";
import { type BlockCriteria, blockDocumentCondition } from "../criteria/blocks.queries.ts";
import { everything } from "../criteria/conditions.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

/** A document, and whether it nests others. PostgreSQL says so by a boolean, SQLite by 0 or 1. */
export interface BlockDocumentRow extends Selectable<Tables["block_document"]> {
  readonly nests: boolean | number;
}

const nests = sql<boolean | number>`EXISTS (SELECT 1 FROM block_document_reference
  WHERE block_document_reference.parent_id = block_document.id)`;

function selectDocuments(reader: Reader) {
  return reader.selectFrom("block_document").selectAll("block_document").select(nests.as("nests"));
}

export function blockDocumentById(reader: Reader, id: string): Promise<BlockDocumentRow | undefined> {
  return selectDocuments(reader).where("block_document.id", "=", id).executeTakeFirst();
}

export function blockDocumentsByIds(reader: Reader, ids: readonly string[]): Promise<BlockDocumentRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return selectDocuments(reader).where("block_document.id", "in", ids).execute();
}

export function blockDocumentByName(
  reader: Reader,
  { slug, name }: { readonly slug: string; readonly name: string },
): Promise<BlockDocumentRow | undefined> {
  return selectDocuments(reader)
    .innerJoin("block_type", "block_type.id", "block_document.block_type_id")
    .where("block_type.slug", "=", slug)
    .where("block_document.name", "=", name)
    .executeTakeFirst();
}

/** The same as `blockDocumentById`, held until the unit of work ends. */
export async function blockDocumentForChange(tx: Writer, id: string): Promise<BlockDocumentRow | undefined> {
  const held = await tx
    .selectFrom("block_document")
    .select("id")
    .where("id", "=", id)
    .modifyEnd(portable.rowLock("block_document"))
    .executeTakeFirst();
  return held && blockDocumentById(tx, id);
}

export interface BlockDocumentQuery {
  readonly criteria: BlockCriteria;
  readonly sort: BlockDocumentSort;
  readonly limit: number | undefined;
  readonly offset: number;
}

export function findBlockDocuments(
  reader: Reader,
  { criteria, sort, limit, offset }: BlockDocumentQuery,
): Promise<BlockDocumentRow[]> {
  return selectDocuments(reader)
    .innerJoin("block_type", "block_type.id", "block_document.block_type_id")
    .innerJoin("block_schema", "block_schema.id", "block_document.block_schema_id")
    .where(blockDocumentCondition(criteria) ?? everything)
    .$if(sort === "BLOCK_TYPE_AND_NAME_ASC", (query) => query.orderBy("block_type.name"))
    .orderBy("block_document.name", sort === "NAME_DESC" ? "desc" : "asc")
    .orderBy("block_document.id")
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0).offset(offset))
    .execute();
}

export async function countBlockDocuments(reader: Reader, criteria: BlockCriteria): Promise<number> {
  const { count } = await reader
    .selectFrom("block_document")
    .innerJoin("block_type", "block_type.id", "block_document.block_type_id")
    .innerJoin("block_schema", "block_schema.id", "block_document.block_schema_id")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where(blockDocumentCondition(criteria) ?? everything)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export type ReferenceRow = Selectable<Tables["block_document_reference"]>;

/** The references of these documents, and of all that they nest, by name. */
export async function referencesBelow(reader: Reader, ids: readonly string[]): Promise<readonly ReferenceRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ReferenceRow>`WITH RECURSIVE below (parent_id, name, block_document_id) AS (
      SELECT parent_id, name, block_document_id FROM block_document_reference WHERE parent_id IN (${sql.join(ids)})
      UNION SELECT reference.parent_id, reference.name, reference.block_document_id
        FROM block_document_reference AS reference JOIN below ON below.block_document_id = reference.parent_id)
    SELECT parent_id, name, block_document_id FROM below ORDER BY name, parent_id`.execute(reader);
  return rows;
}

/** Those of the documents that are there, held against deletion and change until the unit of work ends. */
export async function heldDocuments(tx: Writer, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .selectFrom("block_document")
    .select("id")
    .where("id", "in", ids)
    .orderBy("id")
    .modifyEnd(portable.sharedRowLock("block_document"))
    .execute();
  return rows.map(({ id }) => id);
}

/** Adds the document where none of its type has the name; gives false where there is one. */
export async function insertBlockDocument(tx: Writer, row: Insertable<Tables["block_document"]>): Promise<boolean> {
  const result = await tx
    .insertInto("block_document")
    .values(row)
    .onConflict((conflict) => conflict.columns(["block_type_id", "name"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateBlockDocument(
  tx: Writer,
  id: string,
  change: Updateable<Tables["block_document"]>,
): Promise<void> {
  await tx.updateTable("block_document").set(change).where("id", "=", id).execute();
}

/** Puts these references in place of those of the document. */
export async function putReferences(
  tx: Writer,
  parentId: string,
  references: ReadonlyMap<string, string>,
): Promise<void> {
  await tx.deleteFrom("block_document_reference").where("parent_id", "=", parentId).execute();
  if (references.size === 0) return;
  const rows = Array.from(references, ([name, id]) => ({ parent_id: parentId, name, block_document_id: id }));
  await tx.insertInto("block_document_reference").values(rows).execute();
}

/** Documents that nest it lose it, by the foreign key. */
export async function deleteBlockDocument(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("block_document").where("id", "=", id).execute();
}
