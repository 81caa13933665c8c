import { formatTimestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { BodyOf, filterLogs, Log, LogCreate } from "@ostinato/protocol";
import { storable } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as queries from "./logs.queries.ts";
import { boundedMessage, csvHead, csvRecord } from "./logs.rules.ts";

/** The maximum of the column on PostgreSQL. */
const maxLevel = 2 ** 31 - 1;

/** Inserts lines in order: lines with equal times are read in the order in which they were sent. */
export async function create(context: Context, lines: readonly LogCreate[]): Promise<void> {
  if (lines.length === 0) return;
  for (const { flow_run_id } of lines) {
    if (flow_run_id !== null && flow_run_id !== undefined) context.activity.note(flow_run_id.toLowerCase());
  }
  await unit(context, (unit) => append(unit, lines));
}

/** Inserts lines that are not a sign of life of their run, such as the server's own. */
export async function append({ tx, context, changed, count }: Unit, lines: readonly LogCreate[]): Promise<void> {
  const { clock } = context;
  const created = clock.now();
  const rows = lines.map((line) => ({
    id: line.id?.toLowerCase() ?? timeOrderedId(clock.now()),
    created,
    name: storable(line.name),
    level: Math.max(-maxLevel, Math.min(maxLevel, line.level)),
    message: storable(boundedMessage(line.message)),
    timestamp: toTimestamp(line.timestamp),
    flow_run_id: line.flow_run_id?.toLowerCase() ?? null,
    task_run_id: line.task_run_id?.toLowerCase() ?? null,
  }));
  await queries.insertLogs(tx, rows);
  changed("log", rows, present);
  count("log_lines_total", rows.length);
}

export async function filter({ db }: Context, body: BodyOf<typeof filterLogs>): Promise<Log[]> {
  const { logs, sort, limit, offset } = body;
  const query = { logs, sort: sort ?? "TIMESTAMP_ASC", limit: readLimit(limit), offset: offset ?? 0 } as const;
  return (await queries.findLogs(db, query)).map(present);
}

/** The lines with these ids, in their order; ids that are gone are left out. */
export async function readMany({ db }: Context, ids: readonly string[]): Promise<readonly Log[]> {
  return (await queries.logsById(db.read, ids)).map(present);
}

export interface LogDownload {
  readonly fileName: string;
  readonly csv: AsyncIterable<string>;
}

/** All lines of a flow run or task run, read in pages while they are sent. */
export async function download({ db }: Context, run: queries.LoggedRun): Promise<LogDownload> {
  const name = await queries.nameOfRun(db.read, run);
  if (name === undefined) throw absent(run.of === "flow_run" ? "Flow run" : "Task run");
  return { fileName: `${name}-logs.csv`, csv: csvOf(db, run) };
}

const downloadPage = 2000;

async function* csvOf(db: Context["db"], run: queries.LoggedRun): AsyncGenerator<string> {
  yield csvHead;
  let last: queries.LogRow | undefined;
  do {
    const rows = await queries.logsAfter(db, run, last, downloadPage);
    if (rows.length > 0) yield rows.map((row) => csvRecord(present(row))).join("");
    last = rows.at(-1);
  } while (last !== undefined);
}

export function present(row: queries.LogRow): Log {
  const created = formatTimestamp(row.created);
  return {
    id: row.id,
    created,
    updated: created,
    name: row.name,
    level: row.level,
    message: row.message,
    timestamp: formatTimestamp(row.timestamp),
    flow_run_id: row.flow_run_id,
    task_run_id: row.task_run_id,
  };
}
