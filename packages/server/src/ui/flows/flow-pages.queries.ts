import type { StateType, Timestamp } from "@ostinato/core";
import { type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { join } from "../../criteria/conditions.queries.ts";
import type { Database } from "../../db/dialect.ts";
import { idRows, portable } from "../../db/portable.ts";
import { everyStateType, isFailure } from "../../db/state-sql.ts";
import type { Tables } from "../../db/tables.ts";
import { begin } from "../runs/flow-run-list.queries.ts";

export type FlowRow = Selectable<Tables["flow"]>;

export interface FailureRow {
  readonly flow_id: string;
  readonly id: string;
  readonly name: string;
  readonly at: Timestamp;
}

export interface Span {
  readonly since: Timestamp;
  readonly until: Timestamp;
}

/** The newest failure of each flow in a time. */
export async function lastFailures(
  db: Database,
  flowIds: readonly string[],
  { since, until }: Span,
): Promise<FailureRow[]> {
  if (flowIds.length === 0) return [];
  const each = flowIds.map(
    (id) => sql`SELECT * FROM (SELECT flow_run.flow_id, flow_run.id, flow_run.name, flow_run.state_timestamp AS at
      FROM flow_run WHERE flow_id = ${id} AND ${isFailure("state_type")} AND ${begin} >= ${since} AND ${begin} <= ${until}
      ORDER BY ${begin} DESC, id DESC LIMIT 1) AS of_flow`,
  );
  const { rows } = await sql<FailureRow>`${sql.join(each, sql` UNION ALL `)}`.execute(db.slow);
  return rows;
}

export function flowsByIds(db: Database, ids: readonly string[]): Promise<FlowRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return db.read.selectFrom("flow").selectAll().where("id", "in", ids).execute();
}

export interface FlowListQuery {
  readonly name: string | undefined;
  readonly tags: readonly string[];
  readonly sort: "NAME_ASC" | "NAME_DESC" | "LAST_RUN_DESC" | "CREATED_DESC";
  readonly limit: number;
  readonly offset: number;
  readonly now: Timestamp;
}

const orders: Readonly<Record<FlowListQuery["sort"], RawBuilder<unknown>>> = {
  NAME_ASC: sql`flow.name ASC`,
  NAME_DESC: sql`flow.name DESC`,
  LAST_RUN_DESC: sql`coalesce(last_run, 0) DESC, flow.name ASC`,
  CREATED_DESC: sql`flow.created DESC, flow.id DESC`,
};

export interface FlowInList extends FlowRow {
  readonly last_run: Timestamp | null;
}

export async function flowsInList(db: Database, query: FlowListQuery): Promise<FlowInList[]> {
  const { rows } = await sql<FlowInList>`
    SELECT * FROM (
      SELECT flow.*, (SELECT max(${begin}) FROM flow_run
        WHERE flow_run.flow_id = flow.id AND ${begin} <= ${query.now}) AS last_run
      FROM flow WHERE ${matching(query)}) AS flow
    ORDER BY ${orders[query.sort]} LIMIT ${query.limit} OFFSET ${query.offset}`.execute(db.slow);
  return rows;
}

export async function countFlows(db: Database, query: FlowListQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM flow WHERE ${matching(query)}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

function matching({ name, tags }: FlowListQuery): RawBuilder<SqlBool> {
  return (
    join(
      [
        name === undefined ? undefined : portable.contains("flow.name", name),
        tags.length === 0 ? undefined : portable.holdsAll("flow.tags", tags),
      ],
      "and_",
    ) ?? sql<SqlBool>`1 = 1`
  );
}

export interface FlowStateCountRow {
  readonly flow_id: string;
  readonly state_type: StateType;
  readonly runs: number;
}

/** Runs of flows that were expected since a time, by state: each count is a walk along a part of an index. */
export async function stateCounts(
  db: Database,
  flowIds: readonly string[],
  since: Timestamp,
): Promise<FlowStateCountRow[]> {
  const wanted = idRows(flowIds);
  const { rows } = await sql<FlowStateCountRow>`
    SELECT wanted.id AS flow_id, type.column1 AS state_type, (
      SELECT count(*) FROM flow_run
      WHERE flow_run.flow_id = wanted.id AND flow_run.state_type = type.column1 AND flow_run.expected_start_time >= ${since}
    ) AS runs
    FROM ${wanted} AS wanted CROSS JOIN ${everyStateType} AS type`.execute(db.slow);
  return rows.filter(({ runs }) => Number(runs) > 0);
}

export interface RankedDurationsQuery {
  readonly since: Timestamp;
  /** The ranks that are wanted of each flow, among as many of its newest completed runs. */
  readonly flows: readonly { readonly id: string; readonly runs: number; readonly ranks: readonly number[] }[];
}

export interface RankedDurationRow {
  readonly flow_id: string;
  readonly rank: number;
  /** Microseconds. */
  readonly total_run_time: number;
}

/** Durations by their rank among those of the completed runs of a flow, the shortest is 1. The runs of each flow are sorted once. */
export async function rankedDurations(db: Database, query: RankedDurationsQuery): Promise<RankedDurationRow[]> {
  if (query.flows.length === 0) return [];
  const each = query.flows.map(
    ({ id, runs, ranks }) => sql`SELECT * FROM (
      SELECT flow_id, total_run_time, row_number() OVER (ORDER BY total_run_time) AS rank FROM (
        SELECT flow_id, total_run_time FROM flow_run
        WHERE flow_id = ${id} AND state_type = 'COMPLETED' AND expected_start_time >= ${query.since}
        ORDER BY expected_start_time DESC LIMIT ${runs}) AS newest) AS ranked
      WHERE rank IN (${sql.join(ranks)})`,
  );
  const { rows } = await sql<RankedDurationRow>`${sql.join(each, sql` UNION ALL `)}`.execute(db.slow);
  return rows;
}

export interface DurationRow {
  readonly begin: Timestamp;
  readonly total_run_time: number;
}

/** Durations of the newest runs that completed since a time. */
export async function durations(
  db: Database,
  { flowId, since, limit }: { readonly flowId: string; readonly since: Timestamp; readonly limit: number },
): Promise<DurationRow[]> {
  const { rows } = await sql<DurationRow>`
    SELECT ${begin} AS begin, total_run_time FROM flow_run
    WHERE flow_id = ${flowId} AND ${begin} >= ${since} AND state_type = 'COMPLETED'
    ORDER BY ${begin} DESC, id DESC LIMIT ${limit}`.execute(db.slow);
  return rows;
}
