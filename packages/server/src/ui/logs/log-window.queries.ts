import type { Timestamp } from "@ostinato/core";
import { type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { join } from "../../criteria/conditions.queries.ts";
import { listedLog } from "../../criteria/listed-log.queries.ts";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";
import type { Tables } from "../../db/tables.ts";

export type LogRow = Selectable<Tables["log"]>;

export interface LogCriteria {
  readonly flowRunIds: readonly string[];
  readonly taskRunId: string | undefined;
  readonly level: number | undefined;
  /** Only lines of level 40 and above: they have an index of their own. */
  readonly errors?: boolean;
  readonly text: string | undefined;
  /** Another text that lines must have. */
  readonly find?: string | undefined;
  readonly taskKey?: string | undefined;
  readonly since?: Timestamp | undefined;
  readonly until?: Timestamp | undefined;
}

export interface LogPosition {
  readonly timestamp: Timestamp;
  readonly id: string;
}

/** Lines in their order from a position on, or back from it; `inclusive` takes the line at the position too. */
export interface LogRange {
  readonly direction: "forward" | "backward";
  readonly from?: LogPosition | undefined;
  readonly inclusive?: boolean;
  readonly limit: number;
  readonly offset?: number;
}

export async function logsFrom(db: Database, criteria: LogCriteria, range: LogRange): Promise<LogRow[]> {
  const { direction, limit, offset = 0 } = range;
  const { flowRunIds, taskRunId } = criteria;
  const isOfMany = taskRunId === undefined && flowRunIds.length > 1 && flowRunIds.length <= maxMergedRuns;
  const from = isOfMany
    ? sql`(${linesOfEach(criteria, range)}) AS found JOIN log ON log.id = found.id`
    : sql`log WHERE ${matching(criteria, startOf(range))}`;
  const { rows } = await sql<LogRow>`
    SELECT ${listedLog(limit)} FROM ${from} ORDER BY ${orderOf(direction)}
    LIMIT ${limit} OFFSET ${offset}`.execute(db.slow);
  return direction === "forward" ? rows : rows.reverse();
}

/** The lines of more runs are sorted, all of them. */
const maxMergedRuns = 200;

/** As many lines of each run as might be wanted, along the index of its lines, so that only these need be sorted. */
function linesOfEach(criteria: LogCriteria, range: LogRange): RawBuilder<unknown> {
  const { direction, limit, offset = 0 } = range;
  const each = criteria.flowRunIds.map(
    (id) => sql`SELECT * FROM (SELECT log.id FROM log
      WHERE ${matching({ ...criteria, flowRunIds: [id] }, startOf(range))}
      ORDER BY ${orderOf(direction)} LIMIT ${limit + offset}) AS of_run`,
  );
  return sql.join(each, sql` UNION ALL `);
}

function startOf({ direction, from, inclusive = false }: LogRange): RawBuilder<SqlBool> | undefined {
  if (from === undefined) return undefined;
  const further = sql.raw((direction === "forward" ? ">" : "<") + (inclusive ? "=" : ""));
  return sql<SqlBool>`(log.timestamp, log.id) ${further} (${from.timestamp}, ${from.id})`;
}

function orderOf(direction: LogRange["direction"]): RawBuilder<unknown> {
  const order = sql.raw(direction === "forward" ? "ASC" : "DESC");
  return sql`log.timestamp ${order}, log.id ${order}`;
}

/** Lines that match before a position, or all that match. Counted on an index alone, but for levels and text. */
export async function countLogs(db: Database, criteria: LogCriteria, before?: LogPosition): Promise<number> {
  const start =
    before === undefined ? undefined : sql<SqlBool>`(log.timestamp, log.id) < (${before.timestamp}, ${before.id})`;
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM log WHERE ${matching(criteria, start)}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

/** The numbers of lines, oldest first, in the whole log of their run, counted from 1. */
export async function numbersOf(db: Database, whole: LogCriteria, rows: readonly LogPosition[]): Promise<number[]> {
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return [];
  const between = sql<SqlBool>`(log.timestamp, log.id) >= (${first.timestamp}, ${first.id})
    AND (log.timestamp, log.id) <= (${last.timestamp}, ${last.id})`;
  const [before, numbered] = await Promise.all([
    countLogs(db, whole, first),
    sql<{ number: number }>`
      SELECT numbered.number FROM (
        SELECT log.id, row_number() OVER (ORDER BY log.timestamp, log.id) AS number
        FROM log WHERE ${matching(whole, between)}
      ) AS numbered WHERE numbered.id IN (${sql.join(rows.map(({ id }) => id))})
      ORDER BY numbered.number`.execute(db.slow),
  ]);
  return numbered.rows.map(({ number }) => before + Number(number));
}

/** The subflows of flow runs, and theirs. */
export async function withSubflows(db: Database, flowRunId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    WITH RECURSIVE family (id) AS (
      SELECT ${typedId(db, flowRunId)}
      UNION SELECT child.id FROM family
      JOIN task_run ON task_run.flow_run_id = family.id
      JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    ) SELECT id FROM family LIMIT 1000`.execute(db.slow);
  return rows.map(({ id }) => id);
}

function matching(criteria: LogCriteria, start: RawBuilder<SqlBool> | undefined): RawBuilder<SqlBool> {
  const { flowRunIds, taskRunId, level, errors = false, text, find, taskKey, since, until } = criteria;
  const [only, ...others] = flowRunIds;
  const ofRun =
    taskRunId !== undefined
      ? sql<SqlBool>`log.task_run_id = ${taskRunId}`
      : others.length === 0
        ? sql<SqlBool>`log.flow_run_id = ${only ?? null}`
        : sql<SqlBool>`log.flow_run_id IN (${sql.join(flowRunIds)})`;
  const condition = join(
    [
      ofRun,
      errors ? sql<SqlBool>`log.level >= 40` : undefined,
      level === undefined ? undefined : sql<SqlBool>`log.level >= ${level}`,
      text === undefined ? undefined : portable.contains("log.message", text),
      find === undefined ? undefined : portable.contains("log.message", find),
      taskKey === undefined ? undefined : ofTask(flowRunIds, taskKey),
      since === undefined ? undefined : sql<SqlBool>`log.timestamp >= ${since}`,
      until === undefined ? undefined : sql<SqlBool>`log.timestamp < ${until}`,
      start,
    ],
    "and_",
  );
  return condition ?? ofRun;
}

function ofTask(flowRunIds: readonly string[], taskKey: string): RawBuilder<SqlBool> {
  if (flowRunIds.length === 0)
    return sql<SqlBool>`log.task_run_id IN (SELECT id FROM task_run WHERE task_key = ${taskKey})`;
  return sql<SqlBool>`log.task_run_id IN (
    SELECT id FROM task_run WHERE flow_run_id IN (${sql.join(flowRunIds)}) AND task_key = ${taskKey})`;
}

function typedId({ types }: Database, id: string) {
  return sql`CAST(${id} AS ${sql.raw(types.uuid)})`;
}
