import type { LogFilter } from "@ostinato/protocol";
import { type Selectable, type SqlBool, sql } from "kysely";
import { anyOf, type Condition, everything, isNull, join, within } from "../criteria/conditions.queries.ts";
import { containsText } from "../criteria/text.queries.ts";
import type { Database, Reader, Sql } from "../db/dialects/dialect.ts";
import type { LogTable } from "../db/tables.ts";

export type LogRow = Selectable<LogTable>;

const logColumns = {
  id: "uuid",
  created: "moment",
  name: "text",
  level: "integer",
  message: "text",
  timestamp: "moment",
  flow_run_id: "uuid",
  task_run_id: "uuid",
} as const;

/** Keeps the lines that are not there yet. */
export async function insertLogs(reader: Reader, dialect: Sql, rows: readonly LogRow[]): Promise<void> {
  await dialect.insertRows(reader, { into: "log", columns: logColumns, rows, ending: "ON CONFLICT (id) DO NOTHING" });
}

export interface LogQuery {
  readonly logs?: LogFilter | null | undefined;
  readonly sort: "TIMESTAMP_ASC" | "TIMESTAMP_DESC";
  readonly limit: number;
  readonly offset: number;
}

const order = {
  TIMESTAMP_ASC: sql`log.timestamp ASC, log.id ASC`,
  TIMESTAMP_DESC: sql`log.timestamp DESC, log.id DESC`,
};

/** Searches in text read every line of a run: they go to the reader that may take long. */
export function findLogs(db: Database, { logs, sort, limit, offset }: LogQuery): Promise<LogRow[]> {
  const reader = logs?.text ? db.slow : db.read;
  return reader
    .selectFrom("log")
    .selectAll()
    .where(logsMatching(db.sql, logs) ?? everything)
    .orderBy(order[sort])
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function logsById(reader: Reader, ids: readonly string[]): Promise<LogRow[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("log").selectAll().where("id", "in", ids).orderBy(order.TIMESTAMP_ASC).execute();
}

/** The lines of a flow run after one of them, oldest first. */
export function logsAfter(
  db: Database,
  flowRunId: string,
  after: Pick<LogRow, "timestamp" | "id"> | undefined,
  limit: number,
): Promise<LogRow[]> {
  const later =
    after === undefined ? everything : sql<SqlBool>`(log.timestamp, log.id) > (${after.timestamp}, ${after.id})`;
  return db.slow
    .selectFrom("log")
    .selectAll()
    .where("log.flow_run_id", "=", flowRunId)
    .where(later)
    .orderBy(order.TIMESTAMP_ASC)
    .limit(limit)
    .execute();
}

export async function flowRunName(reader: Reader, id: string): Promise<string | undefined> {
  const row = await reader.selectFrom("flow_run").select("name").where("id", "=", id).executeTakeFirst();
  return row?.name;
}

function logsMatching(dialect: Sql, filter: LogFilter | null | undefined): Condition | undefined {
  if (filter === null || filter === undefined) return undefined;
  const { level, timestamp, flow_run_id, task_run_id, text } = filter;
  return join(
    [
      atLeast(level?.ge_),
      atMost(level?.le_),
      within(sql.ref("log.timestamp"), timestamp),
      anyOf("log.flow_run_id", lower(flow_run_id?.any_)),
      anyOf("log.task_run_id", lower(task_run_id?.any_)),
      isNull("log.task_run_id", task_run_id?.is_null_),
      containsText(dialect, ["log.message"], text?.query),
    ],
    filter.operator,
  );
}

function atLeast(level: number | null | undefined): Condition | undefined {
  return level === null || level === undefined ? undefined : sql<SqlBool>`log.level >= ${level}`;
}

function atMost(level: number | null | undefined): Condition | undefined {
  return level === null || level === undefined ? undefined : sql<SqlBool>`log.level <= ${level}`;
}

function lower(ids: readonly string[] | null | undefined): readonly string[] | null | undefined {
  return ids?.map((id) => id.toLowerCase());
}
