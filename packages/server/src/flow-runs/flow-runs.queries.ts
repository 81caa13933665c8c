import type { RunTimes, Timestamp } from "@ostinato/core";
import type { FlowRunFilter, FlowRunSort } from "@ostinato/protocol";
import { type SelectQueryBuilder, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { idleParts } from "../criteria/criteria.queries.ts";
import { flowRunCondition } from "../criteria/flow-runs.queries.ts";
import { type CriteriaOn, isNarrowed, matching } from "../criteria/related.queries.ts";
import { type CellType, columnTypes } from "../db/columns.ts";
import type { Database, Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import type { KnownChange, KnownChangeKind } from "../db/known-change.ts";
import { idsText, portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import { isOpen } from "../db/state-sql.ts";
import { type Tables, tables } from "../db/tables.ts";
import { type StateReference, stateRow } from "../orchestration/state.rows.ts";
import type { RunState } from "../orchestration/state.ts";
import { averageLateness, tallyRuns } from "../run-history/run-history.queries.ts";
import type { Buckets, Tally } from "../run-history/run-history.rules.ts";
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

const byIds = prepared<{ ids: string }, FlowRunRow>((reader, slot) =>
  selectFlowRuns(reader).where(
    sql<boolean>`flow_run.id IN (SELECT wanted.id FROM ${portable.rowsOf(slot("ids"), { id: "uuid" })} AS wanted)`,
  ),
);

export async function flowRunsByIds(reader: Reader, ids: readonly string[]): Promise<FlowRunRow[]> {
  return (await byIds(reader, { ids: idsText(ids) })).rows;
}

const byId = prepared<{ id: string }, FlowRunRow>((reader, slot) =>
  selectFlowRuns(reader).where("flow_run.id", "=", slot("id")),
);

export async function flowRunById(reader: Reader, id: string): Promise<FlowRunRow | undefined> {
  return (await byId(reader, { id })).rows[0];
}

export function flowRunByIdempotencyKey(reader: Reader, flowId: string, key: string): Promise<FlowRunRow | undefined> {
  return selectFlowRuns(reader)
    .where("flow_run.flow_id", "=", flowId)
    .where("flow_run.idempotency_key", "=", key)
    .executeTakeFirst();
}

/** The subflows of a run that have not come to an end, by the task runs that stand for them. */
export function openSubflows(tx: Writer, flowRunId: string): Promise<readonly OpenSubflow[]> {
  return tx
    .selectFrom("task_run")
    .innerJoin("flow_run", "flow_run.parent_task_run_id", "task_run.id")
    .select(["flow_run.id", "flow_run.state_id", "flow_run.state_type", "flow_run.deployment_id"])
    .where("task_run.flow_run_id", "=", flowRunId)
    .where(isOpen("flow_run.state_type"))
    .orderBy("flow_run.id")
    .execute();
}

export type OpenSubflow = Pick<FlowRunRow, "id" | "state_id" | "state_type" | "deployment_id">;

/** Holds the run until the unit of work ends; false where it is in another state by now. */
export async function holdInState(tx: Writer, id: string, stateId: string): Promise<boolean> {
  const found = await tx
    .selectFrom("flow_run")
    .select("id")
    .where("id", "=", id)
    .where("state_id", "=", stateId)
    .modifyEnd(portable.rowLock("flow_run"))
    .executeTakeFirst();
  return found !== undefined;
}

const runColumns = columnTypes(tables.flow_run);

/** Adds the run where its flow has none with the idempotency key; gives false where there is one. */
export async function insertFlowRun(tx: Writer, row: FlowRunRow): Promise<boolean> {
  return (await insertFlowRuns(tx, [row])).length > 0;
}

/** Adds the runs whose flow has none with the idempotency key, and gives the ids of those. */
export async function insertFlowRuns(tx: Writer, rows: readonly FlowRunRow[]): Promise<readonly string[]> {
  const added = await insertRows<{ id: string }, keyof typeof runColumns>(tx, {
    into: "flow_run",
    columns: runColumns,
    rows,
    ending: "ON CONFLICT (flow_id, idempotency_key) DO NOTHING RETURNING id",
  });
  return added.map(({ id }) => id);
}

type Moved = Pick<Tables["flow_run"], keyof RunTimes | keyof StateReference | "empirical_policy" | "updated">;

const move = prepared<Moved & { id: string }, never>((reader, slot) =>
  reader
    .updateTable("flow_run")
    .set({
      state_id: slot("state_id"),
      state_type: slot("state_type"),
      state_name: slot("state_name"),
      state_timestamp: slot("state_timestamp"),
      run_count: slot("run_count"),
      expected_start_time: slot("expected_start_time"),
      next_scheduled_start_time: slot("next_scheduled_start_time"),
      start_time: slot("start_time"),
      end_time: slot("end_time"),
      total_run_time: slot("total_run_time"),
      empirical_policy: slot("empirical_policy"),
      updated: slot("updated"),
    })
    .where("id", "=", slot("id")),
);

/** Updates the run to its new state. */
export async function moveFlowRun(tx: Writer, moved: Moved & { readonly id: string }): Promise<void> {
  await move(tx, moved);
}

/** Notes which worker of the run's pool has taken the run. */
export async function noteWorker(tx: Writer, flowRunId: string, worker_name: string): Promise<void> {
  await tx
    .updateTable("flow_run")
    .set(({ selectFrom }) => ({
      worker_name,
      worker_id: selectFrom("worker")
        .innerJoin("work_queue", "work_queue.work_pool_id", "worker.work_pool_id")
        .select("worker.id")
        .whereRef("work_queue.id", "=", "flow_run.work_queue_id")
        .where("worker.name", "=", worker_name),
    }))
    .where("id", "=", flowRunId)
    .where("work_queue_id", "is not", null)
    .execute();
}

const moveKind = {
  table: "flow_run",
  columns: {
    state_id: "uuid",
    state_type: "text",
    state_name: "text",
    state_timestamp: "moment",
    run_count: "integer",
    expected_start_time: "moment",
    next_scheduled_start_time: "moment",
    start_time: "moment",
    end_time: "moment",
    total_run_time: "moment",
    empirical_policy: "json",
    updated: "moment",
  } satisfies { readonly [K in keyof Moved]: CellType },
  beside: [{ table: "flow", column: "flow_id" }],
  proof: "flow_run_state",
} as const satisfies KnownChangeKind;

const moveOfDeploymentKind = {
  ...moveKind,
  beside: [...moveKind.beside, { table: "deployment", column: "deployment_id" }],
} as const satisfies KnownChangeKind;

/** The same of a run that is remembered. */
export function moveOfKnown(
  moved: Moved & { readonly id: string; readonly deployment_id: string | null },
  given: Pick<KnownChange, "versions" | "proofId" | "done">,
): KnownChange {
  const set = Object.fromEntries(movedNames.map((name) => [name, moved[name]]));
  const kind = moved.deployment_id === null ? moveKind : moveOfDeploymentKind;
  return { ...given, kind, id: moved.id, set };
}

const movedNames = Object.keys(moveKind.columns) as (keyof Moved)[];

export async function assignRuns(
  tx: Writer,
  ids: readonly string[],
  worker: Pick<Updateable<Tables["flow_run"]>, "worker_id" | "worker_name">,
): Promise<void> {
  await tx.updateTable("flow_run").set(worker).where("id", "in", ids).execute();
}

export async function updateFlowRun(tx: Writer, id: string, change: Updateable<Tables["flow_run"]>): Promise<boolean> {
  const result = await tx.updateTable("flow_run").set(change).where("id", "=", id).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

const stateColumns = columnTypes(tables.flow_run_state);

export async function insertFlowRunState(tx: Writer, id: string, state: RunState): Promise<void> {
  await insertFlowRunStates(tx, [{ id, state }]);
}

/** Adds states of the flow runs with these ids. */
export async function insertFlowRunStates(
  tx: Writer,
  states: readonly { readonly id: string; readonly state: RunState }[],
): Promise<void> {
  const rows = states.map(({ id, state }) => ({ ...stateRow(state), flow_run_id: id }));
  await insertRows(tx, { into: "flow_run_state", columns: stateColumns, rows });
}

export interface FlowRunQuery extends CriteriaOn<"flow_run"> {
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
  const condition = matching("flow_run", query) ?? everything;
  const { sort, limit, offset } = query;
  if (isQuick(query)) {
    return selectFlowRuns(db.read).where(condition).orderBy(order[sort]).limit(limit).offset(offset).execute();
  }
  const runs = db.slow.selectFrom("flow_run").selectAll().where(condition).orderBy(order[sort]);
  // The states are joined to the page alone: a sort without an index would else carry them all.
  return withState(db.slow.selectFrom(runs.limit(limit).offset(offset).as("flow_run")))
    .orderBy(order[sort])
    .execute();
}

/**
 * Whether an index finds the page in a millisecond. Other queries may read every run, so they go to the reader of long queries,
 * though that moves their answers between threads.
 */
function isQuick(query: FlowRunQuery): boolean {
  const { flow_runs, sort, offset } = query;
  const named = flow_runs?.id?.any_ ?? flow_runs?.parent_task_run_id?.any_ ?? null;
  if (named !== null) return flow_runs?.operator !== "or_";
  return !isNarrowed(query) && sort !== "NEXT_SCHEDULED_START_TIME_ASC" && offset <= maxSkipped;
}

/** Rows that are skipped are read all the same. */
const maxSkipped = 2000;

/** The parts of the filter that do not ask for anything. */
export function idlePartsOf(filter: FlowRunFilter): readonly string[] {
  return idleParts(flowRunCondition, filter);
}

export function countFlowRuns(db: Database, criteria: CriteriaOn<"flow_run">): Promise<number> {
  return countMatching(db.slow, "flow_run", matching("flow_run", criteria));
}

export function flowRunTallies(db: Database, buckets: Buckets, { criteria, now }: Moment): Promise<readonly Tally[]> {
  const condition = matching("flow_run", criteria);
  return tallyRuns(db.slow, buckets, { table: "flow_run", condition, now });
}

export function flowRunLateness(db: Database, { criteria, now }: Moment): Promise<number | null> {
  const condition = matching("flow_run", criteria);
  return averageLateness(db.slow, { table: "flow_run", condition, now });
}

interface Moment {
  readonly criteria: CriteriaOn<"flow_run">;
  readonly now: Timestamp;
}
