import type { Timestamp } from "@ostinato/core";
import type { VariableSort } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { everything, join } from "../../criteria/conditions.queries.ts";
import type { Reader } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";

export interface VariableListQuery {
  readonly text: string | undefined;
  readonly tags: readonly string[];
  readonly sort: VariableSort;
  readonly limit: number;
  readonly offset: number;
}

export interface VariableInList {
  readonly id: string;
  readonly created: Timestamp;
  readonly updated: Timestamp;
  readonly name: string;
  readonly tags: string;
  readonly preview: string;
  readonly characters: number;
}

const orders = {
  NAME_ASC: sql`name, id`,
  NAME_DESC: sql`name DESC, id DESC`,
  CREATED_DESC: sql`created DESC, id DESC`,
  UPDATED_DESC: sql`updated DESC, id DESC`,
} as const satisfies Readonly<Record<VariableSort, unknown>>;

const previewCharacters = sql.lit(300);

export async function variablesInList(reader: Reader, query: VariableListQuery): Promise<VariableInList[]> {
  const { rows } = await sql<VariableInList>`
    SELECT id, created, updated, name, tags, substr(value, 1, ${previewCharacters}) AS preview, length(value) AS characters
    FROM variable WHERE ${matching(query)}
    ORDER BY ${orders[query.sort]} LIMIT ${query.limit} OFFSET ${query.offset}`.execute(reader);
  return rows;
}

export async function countVariables(reader: Reader, query: VariableListQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM variable WHERE ${matching(query)}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}

function matching({ text, tags }: VariableListQuery): RawBuilder<SqlBool> {
  const conditions = [
    text === undefined ? undefined : portable.contains("variable.name", text),
    tags.length === 0 ? undefined : portable.holdsAll("variable.tags", tags),
  ];
  return join(conditions, "and_") ?? everything;
}

const maxTagLists = 1000;

/** The lists of tags that variables have, each once. */
export async function tagLists(reader: Reader): Promise<string[]> {
  const rows = await reader.selectFrom("variable").select("tags").distinct().limit(maxTagLists).execute();
  return rows.map(({ tags }) => tags);
}
