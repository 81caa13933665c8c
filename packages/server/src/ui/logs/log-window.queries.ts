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
  const { direction, from, inclusive = false, limit, offset = 0 } = range;
  const order = sql.raw(direction === "forward" ? "ASC" : "DESC");
  const further = sql.raw((direction === "forward" ? ">" : "<") + (inclusive ? "=" : ""));
  const start =
    from === undefined ? undefined : sql<SqlBool>`(log.timestamp, log.id) ${further} (${from.timestamp}, ${from.id})`;
  const { rows } = await sql<LogRow>`
    SELECT ${listedLog(limit)} FROM log WHERE ${matching(criteria, start)}
    ORDER BY log.timestamp ${order}, log.id ${order}
    LIMIT ${limit} OFFSET ${offset}`.execute(db.slow);
  return direction === "forward" ? rows : rows.reverse();
}

/** Lines that match before a position, or all that match. Counted on an index alone, but for levels and text. */
export async function countLogs(db: Database, criteria: LogCriteria, before?: LogPosition): Promise<number> {
  const start =
    before === undefined ? undefined : sql<SqlBool>`(log.timestamp, log.id) < (${before.timestamp}, ${before.id})`;
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM log WHERE ${matching(criteria, start)}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
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
  const { flowRunIds, taskRunId, level, errors = false, text } = criteria;
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
      start,
    ],
    "and_",
  );
  return condition ?? ofRun;
}

function typedId({ types }: Database, id: string) {
  return sql`CAST(${id} AS ${sql.raw(types.uuid)})`;
}
