import type { BlockDocumentSort } from "@ostinato/protocol";
import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from "kysely";
import { type BlockCriteria, blockDocumentCondition } from "../criteria/blocks.queries.ts";
import { everything } from "../criteria/conditions.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { idsText, portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import type { Tables } from "../db/tables.ts";

type TypeRow = Selectable<Tables["block_type"]>;

/** The columns of a document's type, beside those of the document. */
type TypeColumns = { readonly [K in keyof TypeRow & string as `type_${K}`]: TypeRow[K] };

/** A document with its type, and whether it nests others. PostgreSQL says so by a boolean, SQLite by 0 or 1. */
export interface BlockDocumentRow extends Selectable<Tables["block_document"]>, TypeColumns {
  readonly nests: boolean | number;
}

/** The type that was read with the document. */
export function typeOf(row: BlockDocumentRow): TypeRow {
  return {
    id: row.type_id,
    created: row.type_created,
    updated: row.type_updated,
    name: row.type_name,
    slug: row.type_slug,
    logo_url: row.type_logo_url,
    documentation_url: row.type_documentation_url,
    description: row.type_description,
    code_example: row.type_code_example,
    is_protected: row.type_is_protected,
  };
}

const typeColumns = [
  "block_type.id as type_id",
  "block_type.created as type_created",
  "block_type.updated as type_updated",
  "block_type.name as type_name",
  "block_type.slug as type_slug",
  "block_type.logo_url as type_logo_url",
  "block_type.documentation_url as type_documentation_url",
  "block_type.description as type_description",
  "block_type.code_example as type_code_example",
  "block_type.is_protected as type_is_protected",
] as const;

const nests = sql<boolean | number>`EXISTS (SELECT 1 FROM block_document_reference
  WHERE block_document_reference.parent_id = block_document.id)`;

function selectDocuments(reader: Reader) {
  return reader
    .selectFrom("block_document")
    .innerJoin("block_type", "block_type.id", "block_document.block_type_id")
    .selectAll("block_document")
    .select(typeColumns)
    .select(nests.as("nests"));
}

const byId = prepared<{ id: string }, BlockDocumentRow>((reader, slot) =>
  selectDocuments(reader).where("block_document.id", "=", slot("id")),
);

export async function blockDocumentById(reader: Reader, id: string): Promise<BlockDocumentRow | undefined> {
  return (await byId(reader, { id })).rows[0];
}

interface TypeAndName {
  readonly slug: string;
  readonly name: string;
}

const byName = prepared<TypeAndName, BlockDocumentRow>((reader, slot) =>
  selectDocuments(reader).where("block_type.slug", "=", slot("slug")).where("block_document.name", "=", slot("name")),
);

export async function blockDocumentByName(reader: Reader, named: TypeAndName): Promise<BlockDocumentRow | undefined> {
  return (await byName(reader, named)).rows[0];
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

export function namesOfBlockDocuments(reader: Reader, ids: readonly string[]) {
  return reader.selectFrom("block_document").select(["id", "name"]).where("id", "in", ids).execute();
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

/** The table `below`: the references of the documents whose ids are given as JSON, and of all that they nest. */
function below(ids: string): RawBuilder<unknown> {
  return sql`WITH RECURSIVE below (parent_id, name, block_document_id) AS (
      SELECT parent_id, name, block_document_id FROM block_document_reference
        WHERE parent_id IN (SELECT id FROM ${portable.rowsOf(ids, { id: "uuid" })} AS wanted)
      UNION SELECT reference.parent_id, reference.name, reference.block_document_id
        FROM block_document_reference AS reference JOIN below ON below.block_document_id = reference.parent_id)`;
}

export async function referencesBelow(reader: Reader, ids: readonly string[]): Promise<readonly ReferenceRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ReferenceRow>`${below(idsText(ids))}
    SELECT parent_id, name, block_document_id FROM below`.execute(reader);
  return rows;
}

/** A document under the field of one that nests it. */
export interface NestedRow extends BlockDocumentRow {
  readonly parent_id: string;
  readonly field: string;
}

const nested = prepared<{ ids: string }, NestedRow>((_reader, slot) => {
  const columns = sql.join(typeColumns.map((column) => sql.raw(column.replace(" as ", " AS "))));
  return sql<NestedRow>`${below(slot("ids"))}
    SELECT below.parent_id, below.name AS field, block_document.*, ${columns}, 1 AS nests FROM below
      JOIN block_document ON block_document.id = below.block_document_id
      JOIN block_type ON block_type.id = block_document.block_type_id
    ORDER BY below.name, below.parent_id`;
});

/** The documents that these nest, and those that they nest, by field. */
export async function nestedBelow(reader: Reader, ids: readonly string[]): Promise<readonly NestedRow[]> {
  return ids.length === 0 ? [] : (await nested(reader, { ids: idsText(ids) })).rows;
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
