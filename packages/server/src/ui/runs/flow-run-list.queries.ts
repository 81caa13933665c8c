import type { StateType, Timestamp } from "@ostinato/core";
import type { FlowRunSort } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { everything } from "../../criteria/conditions.queries.ts";
import { type CriteriaOn, isNarrowed, matching } from "../../criteria/related.queries.ts";
import type { Database } from "../../db/dialect.ts";
import type { FlowCountRow, StateCountRow } from "../lists/counts.ts";
import type { Position } from "../lists/keyset.ts";
import { type Order, positionsAfter } from "../lists/positions.queries.ts";
import { runsSource } from "./runs-of-places.queries.ts";

/** When a run began, or is expected to. As the indexes have it, letter by letter. */
export const begin = sql<Timestamp | null>`coalesce(flow_run.start_time, flow_run.expected_start_time)`;

const orders: Readonly<Record<FlowRunSort, Order>> = {
  ID_DESC: { by: sql`flow_run.id`, direction: "DESC", always: true },
  START_TIME_ASC: { by: begin, direction: "ASC" },
  START_TIME_DESC: { by: begin, direction: "DESC" },
  EXPECTED_START_TIME_ASC: { by: sql`flow_run.expected_start_time`, direction: "ASC" },
  EXPECTED_START_TIME_DESC: { by: sql`flow_run.expected_start_time`, direction: "DESC" },
  NAME_ASC: { by: sql`flow_run.name`, direction: "ASC" },
  NAME_DESC: { by: sql`flow_run.name`, direction: "DESC" },
  NEXT_SCHEDULED_START_TIME_ASC: { by: sql`flow_run.next_scheduled_start_time`, direction: "ASC" },
  END_TIME_DESC: { by: sql`coalesce(flow_run.end_time, 0)`, direction: "DESC" },
};

export interface FlowRunListQuery {
  readonly criteria: CriteriaOn<"flow_run">;
  readonly sort: FlowRunSort;
  readonly limit: number;
  readonly after: Position | undefined;
}

export async function flowRunPositions(db: Database, query: FlowRunListQuery): Promise<Position[]> {
  const { criteria, sort, limit, after } = query;
  const condition = matching("flow_run", criteria) ?? everything;
  // An index look-up may run on this thread; a query that may read every run may not.
  const reader = isNarrowed(criteria) ? db.slow : db.read;
  const { from, where } = await runsSource(reader, criteria);
  const matches = sql<SqlBool>`${where} AND ${condition}`;
  return positionsAfter(reader, { table: "flow_run", order: orders[sort], limit, matching: matches, after, from });
}

/** The number of matches, counted up to one more than `max`. */
export async function countFlowRuns(db: Database, criteria: CriteriaOn<"flow_run">, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM ${await upTo(db, criteria, { columns: sql`1 AS one`, max })}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

/** How many runs of a filter are in each state, of as many as `countFlowRuns` counts. */
export async function countFlowRunsByState(
  db: Database,
  criteria: CriteriaOn<"flow_run">,
  max: number,
): Promise<StateCountRow[]> {
  const { rows } = await sql<StateCountRow>`
    SELECT state_type, state_name, count(*) AS count
    FROM ${await upTo(db, criteria, { columns: sql`flow_run.state_type, flow_run.state_name`, max })}
    GROUP BY state_type, state_name`.execute(db.slow);
  return rows;
}

/** How many runs of a filter each flow has, of as many as `countFlowRuns` counts. */
export async function countFlowRunsByFlow(
  db: Database,
  criteria: CriteriaOn<"flow_run">,
  max: number,
): Promise<FlowCountRow[]> {
  const { rows } = await sql<FlowCountRow>`
    SELECT flow_id, count(*) AS count FROM ${await upTo(db, criteria, { columns: sql`flow_run.flow_id`, max })}
    GROUP BY flow_id`.execute(db.slow);
  return rows;
}

/** The matches, up to one more than `max`. */
async function upTo(
  db: Database,
  criteria: CriteriaOn<"flow_run">,
  { columns, max }: { readonly columns: RawBuilder<unknown>; readonly max: number },
): Promise<RawBuilder<unknown>> {
  const condition = matching("flow_run", criteria) ?? everything;
  const { from, where } = await runsSource(db.slow, criteria);
  return sql`(SELECT ${columns} FROM ${from} WHERE ${where} AND ${condition} LIMIT ${max + 1}) AS bounded`;
}

export interface PointRow {
  readonly id: string;
  readonly name: string;
  readonly flow_name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_timestamp: Timestamp | null;
  readonly expected_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly total_run_time: number;
  readonly created: Timestamp;
}

export interface PointsQuery {
  readonly criteria: CriteriaOn<"flow_run">;
  readonly sort: FlowRunSort;
  readonly limit: number;
  readonly offset: number;
}

export async function flowRunPoints(db: Database, query: PointsQuery): Promise<PointRow[]> {
  const { criteria, sort, limit, offset } = query;
  const { by, direction } = orders[sort];
  const { from, where } = await runsSource(db.slow, criteria);
  const { rows } = await sql<PointRow>`
    SELECT flow_run.id, flow_run.name, of.name AS flow_name, state_type, state_name, state_timestamp,
      expected_start_time, start_time, total_run_time, flow_run.created
    FROM ${from} JOIN flow AS of ON of.id = flow_run.flow_id
    WHERE ${where} AND ${matching("flow_run", criteria) ?? everything}
    ORDER BY ${by} ${sql.raw(direction)}, flow_run.id ${sql.raw(direction)}
    LIMIT ${limit} OFFSET ${offset}`.execute(db.slow);
  return rows;
}
