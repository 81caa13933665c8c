import type { LogFilter } from "@ostinato/protocol";
import { type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { everything, untilUnwanted } from "../criteria/conditions.queries.ts";
import { charactersOfLogs, listedLog } from "../criteria/listed-log.queries.ts";
import { logCondition } from "../criteria/logs.queries.ts";
import { columnTypes } from "../db/columns.ts";
import type { Database, Reader } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { type Tables, tables } from "../db/tables.ts";

export type LogRow = Selectable<Tables["log"]>;

const logColumns = columnTypes(tables.log);

/** Keeps the lines that are not there yet. */
export async function insertLogs(reader: Reader, rows: readonly LogRow[]): Promise<void> {
  await insertRows(reader, { into: "log", columns: logColumns, rows, ending: "ON CONFLICT (id) DO NOTHING" });
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
export async function findLogs(db: Database, { logs, sort, limit, offset }: LogQuery): Promise<LogRow[]> {
  const { rows } = await sql<LogRow>`SELECT ${listedLog(limit)} FROM log
    WHERE ${untilUnwanted("log", logCondition(logs)) ?? everything}
    ORDER BY ${order[sort]} LIMIT ${limit} OFFSET ${offset}`.execute(logs?.text ? db.slow : db.read);
  return rows;
}

export async function logsById(reader: Reader, ids: readonly string[]): Promise<LogRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<LogRow>`SELECT ${listedLog(ids.length)} FROM log
    WHERE log.id IN (${sql.join(ids)}) ORDER BY ${order.TIMESTAMP_ASC}`.execute(reader);
  return rows;
}

/** The lines of a flow run after a given one, uncut, oldest first: up to the limit, and as many as fit in memory. */
/** Whose lines are asked for. */
export interface LoggedRun {
  readonly of: "flow_run" | "task_run";
  readonly id: string;
}

export async function logsAfter(
  db: Database,
  run: LoggedRun,
  after: Pick<LogRow, "timestamp" | "id"> | undefined,
  limit: number,
): Promise<LogRow[]> {
  const later =
    after === undefined ? everything : sql<SqlBool>`(log.timestamp, log.id) > (${after.timestamp}, ${after.id})`;
  const read = <T>(columns: RawBuilder<T>, lines: number) =>
    sql<T>`SELECT ${columns} FROM log WHERE ${ofRun(run)} AND ${later}
      ORDER BY ${order.TIMESTAMP_ASC} LIMIT ${lines}`.execute(db.slow);
  const sizes = await read(sql<{ bytes: number }>`octet_length(log.message) AS bytes`, limit);
  let remaining = charactersOfLogs;
  const fitting = sizes.rows.filter(({ bytes }) => {
    const fits = remaining > 0;
    remaining -= bytes;
    return fits;
  });
  return fitting.length === 0 ? [] : (await read(sql<LogRow>`log.*`, fitting.length)).rows;
}

function ofRun({ of, id }: LoggedRun): RawBuilder<SqlBool> {
  return of === "flow_run" ? sql<SqlBool>`log.flow_run_id = ${id}` : sql<SqlBool>`log.task_run_id = ${id}`;
}

export async function nameOfRun(reader: Reader, { of, id }: LoggedRun): Promise<string | undefined> {
  const row = await reader.selectFrom(of).select("name").where("id", "=", id).executeTakeFirst();
  return row?.name;
}
