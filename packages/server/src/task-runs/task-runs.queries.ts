import { type RunTimes, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { TaskRunSort } from "@ostinato/protocol";
import { type SelectQueryBuilder, type SqlBool, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { type CriteriaOn, isNarrowed, matching } from "../criteria/related.queries.ts";
import { columnTypes } from "../db/columns.ts";
import type { Database, Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { writeJson } from "../db/json-text.ts";
import { portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import { type Tables, tables } from "../db/tables.ts";
import { type StateReference, type StateRow, stateRow } from "../orchestration/state.rows.ts";
import type { RunState } from "../orchestration/state.ts";
import { runTime, tallyRuns } from "../run-history/run-history.queries.ts";
import type { Buckets, Tally } from "../run-history/run-history.rules.ts";
import type { TaskRunRow } from "./task-runs.presenter.ts";

/** Every query that reads whole task runs begins with this, so that each run comes with its state in one statement. */
function selectTaskRuns(reader: Reader) {
  return withState(reader.selectFrom("task_run"));
}

function withState(runs: SelectQueryBuilder<Tables, "task_run", unknown>) {
  return runs
    .leftJoin("task_run_state", "task_run_state.id", "task_run.state_id")
    .selectAll("task_run")
    .select([
      "task_run_state.message as state_message",
      "task_run_state.state_details as state_details",
      "task_run_state.data as state_data",
    ]);
}

export function taskRunsByIds(reader: Reader, ids: readonly string[]): Promise<TaskRunRow[]> {
  return selectTaskRuns(reader).where("task_run.id", "in", ids).execute();
}

const byId = prepared<{ id: string }, TaskRunRow>((reader, slot) =>
  selectTaskRuns(reader).where("task_run.id", "=", slot("id")),
);

export async function taskRunById(reader: Reader, id: string): Promise<TaskRunRow | undefined> {
  return (await byId(reader, { id })).rows[0];
}

const forChange = prepared<{ id: string }, TaskRunRow>((reader, slot) =>
  selectTaskRuns(reader).where("task_run.id", "=", slot("id")).modifyEnd(portable.rowLock("task_run")),
);

/** Holds the run until the unit of work ends. */
export async function taskRunForChange(tx: Writer, id: string): Promise<TaskRunRow | undefined> {
  const [row] = (await forChange(tx, { id })).rows;
  // After a wait for the lock, the run is the newest version but the join read the earlier states.
  const isStale = row !== undefined && row.state_id !== null && row.state_details === null;
  return isStale ? taskRunById(tx, id) : row;
}

export interface TaskRunKeys {
  readonly flow_run_id: string | null;
  readonly task_key: string;
  readonly dynamic_key: string;
}

const keyColumns = { flow_run_id: "uuid", task_key: "text", dynamic_key: "text" } as const;

const byKeysInFlows = prepared<{ keys: string }, TaskRunRow>((reader, slot) =>
  selectTaskRuns(reader).where(sql<SqlBool>`(task_run.flow_run_id, task_run.task_key, task_run.dynamic_key) IN
    (SELECT flow_run_id, task_key, dynamic_key FROM ${portable.rowsOf(slot("keys"), keyColumns)} AS wanted)`),
);

const byKeysOutsideFlows = prepared<{ keys: string }, TaskRunRow>((reader, slot) =>
  selectTaskRuns(
    reader,
  ).where(sql<SqlBool>`task_run.flow_run_id IS NULL AND (task_run.task_key, task_run.dynamic_key) IN
    (SELECT task_key, dynamic_key FROM ${portable.rowsOf(slot("keys"), keyColumns)} AS wanted)`),
);

/** The task runs that exist under the keys; outside of flow runs there may be several under the same ones. */
export async function taskRunsByKeys(reader: Reader, keys: readonly TaskRunKeys[]): Promise<readonly TaskRunRow[]> {
  const inFlows = keys.filter(({ flow_run_id }) => flow_run_id !== null);
  const outside = keys.filter(({ flow_run_id }) => flow_run_id === null);
  const found = await Promise.all([
    inFlows.length === 0 ? undefined : byKeysInFlows(reader, { keys: writeJson(inFlows) }),
    outside.length === 0 ? undefined : byKeysOutsideFlows(reader, { keys: writeJson(outside) }),
  ]);
  return found.flatMap((result) => result?.rows ?? []);
}

const runColumns = columnTypes(tables.task_run);

/** Adds the runs whose keys and ids no other run has, and gives the ids of those. */
export async function insertTaskRuns(tx: Writer, rows: readonly Tables["task_run"][]): Promise<Set<string>> {
  const added = await insertRows<{ id: string }, keyof typeof runColumns>(tx, {
    into: "task_run",
    columns: runColumns,
    rows,
    ending: "ON CONFLICT DO NOTHING RETURNING id",
  });
  return new Set(added.map(({ id }) => id));
}

type Moved = Pick<Tables["task_run"], keyof RunTimes | keyof StateReference | "flow_run_run_count" | "updated">;

const move = prepared<Moved & { id: string }, never>((reader, slot) =>
  reader
    .updateTable("task_run")
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
      flow_run_run_count: slot("flow_run_run_count"),
      updated: slot("updated"),
      last_word: null,
    })
    .where("id", "=", slot("id")),
);

/** Updates the run to its new state. */
export async function moveTaskRun(tx: Writer, moved: Moved & { readonly id: string }): Promise<void> {
  await move(tx, moved);
}

export async function updateTaskRun(tx: Writer, id: string, change: Updateable<Tables["task_run"]>): Promise<boolean> {
  const result = await tx.updateTable("task_run").set(change).where("id", "=", id).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

const stateColumns = columnTypes(tables.task_run_state);

/** A state that a task run has gone into. */
export interface EnteredState {
  readonly taskRunId: string;
  readonly state: RunState;
}

export async function insertTaskRunStates(tx: Writer, entered: readonly EnteredState[]): Promise<void> {
  const rows = entered.map(({ taskRunId, state }) => ({ ...stateRow(state), task_run_id: taskRunId }));
  await insertRows(tx, { into: "task_run_state", columns: stateColumns, rows });
}

export interface TaskRunQuery extends CriteriaOn<"task_run"> {
  readonly sort: TaskRunSort;
  /** Until when durations of runs that are running count. */
  readonly now: Timestamp;
  readonly limit: number;
  readonly offset: number;
}

const order: Readonly<Record<Exclude<TaskRunSort, `DURATION_${string}`>, ReturnType<typeof sql>>> = {
  ID_DESC: sql`task_run.id DESC`,
  EXPECTED_START_TIME_ASC: sql`task_run.expected_start_time ASC, task_run.id ASC`,
  EXPECTED_START_TIME_DESC: sql`task_run.expected_start_time DESC, task_run.id DESC`,
  NAME_ASC: sql`task_run.name ASC, task_run.id ASC`,
  NAME_DESC: sql`task_run.name DESC, task_run.id DESC`,
  NEXT_SCHEDULED_START_TIME_ASC: sql`task_run.next_scheduled_start_time IS NULL,
    task_run.next_scheduled_start_time ASC, task_run.id ASC`,
  END_TIME_DESC: sql`coalesce(task_run.end_time, 0) DESC, task_run.id DESC`,
};

/** Ties of durations, such as those of runs that have not begun, are ordered so that pages hold. */
function orderOf(sort: TaskRunSort, now: Timestamp): ReturnType<typeof sql> {
  const ties = sql`task_run.expected_start_time DESC, task_run.id DESC`;
  if (sort === "DURATION_DESC") return sql`${runTime(now)} DESC, ${ties}`;
  if (sort === "DURATION_ASC") return sql`${runTime(now)} ASC, ${ties}`;
  return order[sort];
}

export function findTaskRuns(db: Database, query: TaskRunQuery): Promise<TaskRunRow[]> {
  const condition = matching("task_run", query) ?? everything;
  const { sort, limit, offset, now } = query;
  const sorted = orderOf(sort, now);
  if (isQuick(query)) {
    return selectTaskRuns(db.read).where(condition).orderBy(sorted).limit(limit).offset(offset).execute();
  }
  const runs = db.slow.selectFrom("task_run").selectAll().where(condition).orderBy(sorted);
  // The states are joined to the page alone: a sort without an index would else carry them all.
  return withState(db.slow.selectFrom(runs.limit(limit).offset(offset).as("task_run")))
    .orderBy(sorted)
    .execute();
}

/** Whether an index finds the page in a millisecond; other queries may read every run. */
function isQuick(query: TaskRunQuery): boolean {
  const { task_runs, sort, offset } = query;
  if ((task_runs?.id?.any_ ?? null) !== null) return task_runs?.operator !== "or_";
  const hasIndex = !sort.startsWith("DURATION_") && sort !== "NEXT_SCHEDULED_START_TIME_ASC";
  return !isNarrowed(query) && hasIndex && offset <= maxSkipped;
}

/** Rows that are skipped are read all the same. */
const maxSkipped = 2000;

export function countTaskRuns(db: Database, criteria: CriteriaOn<"task_run">): Promise<number> {
  return countMatching(db.slow, "task_run", matching("task_run", criteria));
}

export function taskRunTallies(
  db: Database,
  buckets: Buckets,
  { criteria, now }: { readonly criteria: CriteriaOn<"task_run">; readonly now: Timestamp },
): Promise<readonly Tally[]> {
  const condition = matching("task_run", criteria);
  return tallyRuns(db.slow, buckets, { table: "task_run", condition, now });
}

export function taskRunsOfFlowRun(reader: Reader, flowRunId: string, limit: number): Promise<TaskRunRow[]> {
  return selectTaskRuns(reader)
    .where("task_run.flow_run_id", "=", flowRunId)
    .orderBy("task_run.expected_start_time")
    .orderBy("task_run.id")
    .limit(limit)
    .execute();
}

/** The fields of a flow run that its task runs need. */
export function flowRunOfTasks(reader: Reader, id: string) {
  return reader
    .selectFrom("flow_run")
    .leftJoin("flow_run_state", "flow_run_state.id", "flow_run.state_id")
    .select([
      "flow_run.id",
      "flow_run.labels",
      "flow_run.run_count",
      "flow_run.state_type",
      "flow_run_state.state_details",
    ])
    .where("flow_run.id", "=", id)
    .executeTakeFirst();
}

/** The newest state that was kept under the cache key and has not expired. */
export function cachedState(reader: Reader, key: string, now: Timestamp): Promise<StateRow | undefined> {
  return reader
    .selectFrom("task_run_state_cache as entry")
    .innerJoin("task_run_state", "task_run_state.id", "entry.task_run_state_id")
    .selectAll("task_run_state")
    .where("entry.cache_key", "=", key)
    .where((eb) => eb.or([eb("entry.cache_expiration", "is", null), eb("entry.cache_expiration", ">", now)]))
    .orderBy("entry.created", "desc")
    .limit(1)
    .executeTakeFirst();
}

export interface CacheEntry {
  readonly key: string;
  readonly expires: Timestamp | null;
  readonly stateId: string;
  readonly created: Timestamp;
}

export async function insertCacheEntry(tx: Writer, { key, expires, stateId, created }: CacheEntry): Promise<void> {
  const row = {
    id: timeOrderedId(created),
    created,
    cache_key: key,
    cache_expiration: expires,
    task_run_state_id: stateId,
  };
  await tx.insertInto("task_run_state_cache").values(row).execute();
}

/** The subflows of the task runs stay, without a parent. */
export async function releaseSubflows(tx: Writer, taskRunIds: readonly string[]): Promise<void> {
  await tx
    .updateTable("flow_run")
    .set({ parent_task_run_id: null })
    .where("parent_task_run_id", "in", taskRunIds)
    .execute();
}

export async function deleteTaskRun(tx: Writer, id: string): Promise<boolean> {
  const result = await tx.deleteFrom("task_run").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
