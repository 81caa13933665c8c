import type { StateType, Timestamp } from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { join } from "../criteria/conditions.queries.ts";
import { flowRunsMatching } from "../criteria/runs.queries.ts";
import type { Database } from "../db/dialects/dialect.ts";
import { begin } from "./flow-run-list.queries.ts";

export interface DashboardRange {
  readonly since: Timestamp;
  readonly until: Timestamp;
  readonly tags: readonly string[];
  readonly flowIds: readonly string[];
  readonly subflows: boolean;
}

export interface HistoryRow {
  readonly bucket: number;
  readonly state_type: StateType;
  readonly state_name: string;
  readonly runs: number;
  /** Microseconds. */
  readonly run_time: number;
  readonly lateness: number;
}

/** Runs by the interval in which they were expected and by state: read from an index that holds all of it. */
export async function history(db: Database, range: DashboardRange, width: number): Promise<HistoryRow[]> {
  const { rows } = await sql<HistoryRow>`
    SELECT CAST((flow_run.expected_start_time - ${range.since}) / ${width} AS integer) AS bucket,
      flow_run.state_type, flow_run.state_name, count(*) AS runs,
      sum(flow_run.total_run_time) AS run_time,
      sum(CASE WHEN flow_run.start_time > flow_run.expected_start_time
        THEN flow_run.start_time - flow_run.expected_start_time ELSE 0 END) AS lateness
    FROM flow_run WHERE ${expectedIn(db, range)} AND flow_run.state_type IS NOT NULL
    GROUP BY 1, flow_run.state_type, flow_run.state_name`.execute(db.slow);
  return rows;
}

export interface FlowCountRow {
  readonly flow_id: string;
  readonly state_type: StateType | null;
  readonly runs: number;
}

export async function countsByFlow(db: Database, range: DashboardRange): Promise<FlowCountRow[]> {
  const { rows } = await sql<FlowCountRow>`
    SELECT flow_run.flow_id, flow_run.state_type, count(*) AS runs
    FROM flow_run WHERE ${expectedIn(db, range)} GROUP BY flow_run.flow_id, flow_run.state_type`.execute(db.slow);
  return rows;
}

export interface TypeCountRow {
  readonly state_type: StateType | null;
  readonly runs: number;
}

export async function countsByType(db: Database, range: DashboardRange): Promise<TypeCountRow[]> {
  const { rows } = await sql<TypeCountRow>`
    SELECT flow_run.state_type, count(*) AS runs
    FROM flow_run WHERE ${expectedIn(db, range)} GROUP BY flow_run.state_type`.execute(db.slow);
  return rows;
}

/** Task runs by state: one walk over a part of an index for each type, which no sorting follows. */
export async function taskCountsByType(db: Database, range: DashboardRange): Promise<TypeCountRow[]> {
  const { since, until } = range;
  const runs = narrowed(db, range);
  const ofRuns =
    runs === undefined
      ? sql``
      : sql`AND EXISTS (SELECT 1 FROM flow_run WHERE flow_run.id = task_run.flow_run_id AND ${runs})`;
  const { rows } = await sql<TypeCountRow>`
    SELECT task_run.state_type, count(*) AS runs FROM task_run
    WHERE task_run.expected_start_time >= ${since} AND task_run.expected_start_time <= ${until} ${ofRuns}
    GROUP BY task_run.state_type`.execute(db.slow);
  return rows;
}

export interface RunsInState {
  readonly types: readonly StateType[];
  readonly order: "ASC" | "DESC";
  readonly limit: number;
  /** Only those that began in the range. */
  readonly inRange?: boolean;
}

export interface RunPosition {
  readonly id: string;
  readonly begin: Timestamp | null;
}

/** The first runs of each of these states, each found by the index of states, in one statement. */
export async function runsInState(db: Database, range: DashboardRange, wanted: RunsInState): Promise<RunPosition[]> {
  const order = sql.raw(wanted.order);
  const timed =
    wanted.inRange === true ? sql<SqlBool>`${begin} >= ${range.since} AND ${begin} <= ${range.until}` : undefined;
  const condition = join([timed, narrowed(db, range)], "and_") ?? sql<SqlBool>`1 = 1`;
  const each = wanted.types.map(
    (type) => sql`SELECT * FROM (SELECT flow_run.id AS id, ${begin} AS begin FROM flow_run
      WHERE flow_run.state_type = ${type} AND ${condition}
      ORDER BY ${begin} ${order}, flow_run.id ${order} LIMIT ${wanted.limit}) AS of_type`,
  );
  const { rows } = await sql<RunPosition>`
    SELECT * FROM (${sql.join(each, sql` UNION ALL `)}) AS found ORDER BY begin ${order}, id ${order} LIMIT ${wanted.limit}`.execute(
    db.slow,
  );
  return rows;
}

function expectedIn(db: Database, range: DashboardRange): RawBuilder<SqlBool> {
  const expected = sql<SqlBool>`flow_run.expected_start_time >= ${range.since} AND flow_run.expected_start_time < ${range.until}`;
  return join([expected, narrowed(db, range)], "and_") ?? expected;
}

function narrowed(db: Database, { tags, flowIds, subflows }: DashboardRange): RawBuilder<SqlBool> | undefined {
  return flowRunsMatching(db.sql, {
    flow_runs: {
      tags: { all_: [...tags] },
      ...(subflows ? {} : { parent_task_run_id: { is_null_: true } }),
    },
    ...(flowIds.length === 0 ? {} : { flows: { id: { any_: [...flowIds] } } }),
  });
}
