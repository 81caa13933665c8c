import type { Timestamp } from "@ostinato/core";
import type { FlowRunSort, RunCriteria } from "@ostinato/protocol";
import { type SelectQueryBuilder, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { flowRunsMatching } from "../criteria/runs.queries.ts";
import type { Database, Reader, Writer } from "../db/dialects/dialect.ts";
import type { FlowRunTable, Tables } from "../db/tables.ts";
import { averageLateness, tallyRuns } from "../orchestration/history.queries.ts";
import type { Buckets, Tally } from "../orchestration/history.ts";
import { type RunState, stateRow } from "../orchestration/state.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";

/** Every query that reads whole flow runs begins with this, so that each run comes with its state in one statement. */
export function selectFlowRuns(reader: Reader) {
  return withState(reader.selectFrom("flow_run"));
}

function withState(runs: SelectQueryBuilder<Tables, "flow_run", unknown>) {
  return runs
    .leftJoin("flow_run_state", "flow_run_state.id", "flow_run.state_id")
    .leftJoin("work_queue", "work_queue.id", "flow_run.work_queue_id")
    .leftJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .selectAll("flow_run")
    .select([
      "flow_run_state.message as state_message",
      "flow_run_state.state_details as state_details",
      "flow_run_state.data as state_data",
      "work_pool.id as work_pool_id",
      "work_pool.name as work_pool_name",
    ]);
}

export function flowRunsByIds(reader: Reader, ids: readonly string[]): Promise<FlowRunRow[]> {
  return selectFlowRuns(reader).where("flow_run.id", "in", ids).execute();
}

export function flowRunById(reader: Reader, id: string): Promise<FlowRunRow | undefined> {
  return selectFlowRuns(reader).where("flow_run.id", "=", id).executeTakeFirst();
}

export function flowRunByIdempotencyKey(reader: Reader, flowId: string, key: string): Promise<FlowRunRow | undefined> {
  return selectFlowRuns(reader)
    .where("flow_run.flow_id", "=", flowId)
    .where("flow_run.idempotency_key", "=", key)
    .executeTakeFirst();
}

/** Adds the run where its flow has none with the idempotency key; gives false where there is one. */
export async function insertFlowRun(tx: Writer, row: FlowRunRow): Promise<boolean> {
  const {
    state_message: _1,
    state_details: _2,
    state_data: _3,
    work_pool_id: _4,
    work_pool_name: _5,
    ...columns
  } = row;
  const result = await tx
    .insertInto("flow_run")
    .values(columns)
    .onConflict((conflict) => conflict.columns(["flow_id", "idempotency_key"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateFlowRun(tx: Writer, id: string, change: Updateable<FlowRunTable>): Promise<boolean> {
  const result = await tx.updateTable("flow_run").set(change).where("id", "=", id).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function insertFlowRunState(tx: Writer, id: string, state: RunState): Promise<void> {
  await tx
    .insertInto("flow_run_state")
    .values({ ...stateRow(state), flow_run_id: id })
    .execute();
}

export interface FlowRunQuery extends RunCriteria {
  readonly sort: FlowRunSort;
  readonly limit: number;
  readonly offset: number;
}

const begin = sql`coalesce(flow_run.start_time, flow_run.expected_start_time)`;

const order: Readonly<Record<FlowRunSort, ReturnType<typeof sql>>> = {
  ID_DESC: sql`flow_run.id DESC`,
  START_TIME_ASC: sql`${begin} ASC, flow_run.id ASC`,
  START_TIME_DESC: sql`${begin} DESC, flow_run.id DESC`,
  EXPECTED_START_TIME_ASC: sql`flow_run.expected_start_time ASC, flow_run.id ASC`,
  EXPECTED_START_TIME_DESC: sql`flow_run.expected_start_time DESC, flow_run.id DESC`,
  NAME_ASC: sql`flow_run.name ASC, flow_run.id ASC`,
  NAME_DESC: sql`flow_run.name DESC, flow_run.id DESC`,
  NEXT_SCHEDULED_START_TIME_ASC: sql`flow_run.next_scheduled_start_time IS NULL,
    flow_run.next_scheduled_start_time ASC, flow_run.id ASC`,
  END_TIME_DESC: sql`coalesce(flow_run.end_time, 0) DESC, flow_run.id DESC`,
};

export function findFlowRuns(db: Database, query: FlowRunQuery): Promise<FlowRunRow[]> {
  const page = db.read
    .selectFrom("flow_run")
    .selectAll()
    .where(flowRunsMatching(db.sql, query) ?? everything)
    .orderBy(order[query.sort])
    .limit(query.limit)
    .offset(query.offset)
    .as("flow_run");
  // The states are joined to the page alone: a sort without an index would else carry them all.
  return withState(db.read.selectFrom(page)).orderBy(order[query.sort]).execute();
}

export async function countFlowRuns(db: Database, criteria: RunCriteria): Promise<number> {
  const { count } = await db.slow
    .selectFrom("flow_run")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where(flowRunsMatching(db.sql, criteria) ?? everything)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export function flowRunTallies(db: Database, buckets: Buckets, { criteria, now }: Moment): Promise<Tally[]> {
  const condition = flowRunsMatching(db.sql, criteria) ?? everything;
  return tallyRuns(db.slow, buckets, { table: "flow_run", condition, now });
}

export function flowRunLateness(db: Database, { criteria, now }: Moment): Promise<number | null> {
  const condition = flowRunsMatching(db.sql, criteria) ?? everything;
  return averageLateness(db.slow, { table: "flow_run", condition, now });
}

interface Moment {
  readonly criteria: RunCriteria;
  readonly now: Timestamp;
}
