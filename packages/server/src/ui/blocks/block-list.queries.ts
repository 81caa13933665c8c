import type { Timestamp } from "@ostinato/core";
import type { BlockListSort } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { join } from "../../criteria/conditions.queries.ts";
import type { Flag } from "../../db/columns.ts";
import type { Reader } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";

export interface BlockListQuery {
  readonly text: string | undefined;
  readonly types: readonly string[];
  readonly sort: BlockListSort;
  readonly limit: number;
  readonly offset: number;
}

export interface BlockInList {
  readonly id: string;
  readonly created: Timestamp;
  readonly updated: Timestamp;
  readonly name: string;
  readonly block_type_slug: string;
  readonly block_type_name: string;
}

const orders = {
  TYPE: sql`type.name, document.name, document.id`,
  NAME_ASC: sql`document.name, document.id`,
  NAME_DESC: sql`document.name DESC, document.id DESC`,
  UPDATED_DESC: sql`document.updated DESC, document.id DESC`,
} as const satisfies Readonly<Record<BlockListSort, unknown>>;

const documents = sql`block_document AS document JOIN block_type AS type ON type.id = document.block_type_id`;

export async function blocksInList(reader: Reader, query: BlockListQuery): Promise<BlockInList[]> {
  const { rows } = await sql<BlockInList>`
    SELECT document.id, document.created, document.updated, document.name,
      type.slug AS block_type_slug, type.name AS block_type_name
    FROM ${documents} WHERE ${matching(query)}
    ORDER BY ${orders[query.sort]} LIMIT ${query.limit} OFFSET ${query.offset}`.execute(reader);
  return rows;
}

export async function countBlocks(reader: Reader, query: BlockListQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM ${documents} WHERE ${matching(query)}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}

function matching({ text, types }: BlockListQuery): RawBuilder<SqlBool> {
  const conditions = [
    sql<SqlBool>`document.is_anonymous = 0`,
    text === undefined
      ? undefined
      : join([portable.contains("document.name", text), portable.contains("type.name", text)], "or_"),
    types.length === 0 ? undefined : sql<SqlBool>`type.slug IN (${sql.join(types)})`,
  ];
  return join(conditions, "and_") ?? sql<SqlBool>`1 = 1`;
}

export interface CountedType {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly is_protected: Flag;
  readonly documents: number;
}

const maxTypes = 1000;

/** All types by name, with how many documents with a name they have. */
export async function countedTypes(reader: Reader): Promise<CountedType[]> {
  const { rows } = await sql<CountedType>`
    SELECT type.id, type.slug, type.name, type.description, type.is_protected, coalesce(counted.documents, 0) AS documents
    FROM block_type AS type
    LEFT JOIN (SELECT block_type_id, count(*) AS documents FROM block_document WHERE is_anonymous = 0
      GROUP BY block_type_id) AS counted ON counted.block_type_id = type.id
    ORDER BY type.name, type.id LIMIT ${maxTypes}`.execute(reader);
  return rows.map((row) => ({ ...row, documents: Number(row.documents) }));
}
