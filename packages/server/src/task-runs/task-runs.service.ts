import { randomRunName, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type {
  BodyOf,
  filterTaskRuns,
  paginateTaskRuns,
  RunCriteria,
  TaskRun,
  TaskRunCreate,
  TaskRunUpdate,
} from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import { readJson, storable, writeJson } from "../db/json-text.ts";
import { conflict, notFound } from "../errors.ts";
import { noTimes, timesOf } from "../orchestration/run-times.ts";
import {
  type Proposal,
  proposalOf,
  type RunState,
  stateColumnsOfRun,
  stateOfRun,
  stateReference,
  withDetails,
} from "../orchestration/state.ts";
import { type TaskRunSubject, transformTaskRun } from "../orchestration/task-run-rules.ts";
import { paginate, readLimit } from "../paging.ts";
import { completeTaskRunPolicy, presentTaskRun, type TaskRunRow } from "./task-runs.presenter.ts";
import * as queries from "./task-runs.queries.ts";

export { completeTaskRunPolicy, presentTaskRun, type TaskRunRow };

/** Creates the task run, or reads the one that has the same keys in the same flow run. */
export async function create(context: Context, given: TaskRunCreate): Promise<{ taskRun: TaskRun; made: boolean }> {
  const { db, bus, clock } = context;
  const { row, made } = await db.write(async (tx) => {
    const known = await queries.taskRunByKeys(tx, keysOf(given));
    if (known !== undefined) return { row: known, made: false };
    const labels = await labelsFor(tx, given);
    const { row, written } = newRow(given, labels, clock.now());
    if (await queries.insertTaskRun(tx, row)) {
      await queries.insertTaskRunState(tx, row.id, written);
      return { row, made: true };
    }
    const other = (await queries.taskRunByKeys(tx, keysOf(given))) ?? (await queries.taskRunById(tx, row.id));
    if (other === undefined) throw conflict(`The task run ${row.id} was created and deleted at this moment.`);
    return { row: other, made: false };
  });
  const taskRun = presentTaskRun(row, clock.now());
  if (made && bus.watched) bus.publish({ kind: "task-runs", rows: [taskRun] });
  return { taskRun, made };
}

function keysOf({ flow_run_id = null, task_key, dynamic_key }: TaskRunCreate): queries.TaskRunKeys {
  return { flow_run_id, task_key: storable(task_key), dynamic_key: storable(dynamic_key) };
}

/** A task run bears the labels of its flow run, and the ids of what it belongs to. */
async function labelsFor(tx: Writer, { flow_run_id = null, labels }: TaskRunCreate) {
  if (flow_run_id === null) return labels ?? {};
  const flowRun = await queries.flowRunOfTasks(tx, flow_run_id);
  if (flowRun === undefined) throw conflict(`flow_run_id: there is no flow run ${flow_run_id}.`);
  return {
    ...readJson<object>(flowRun.labels),
    "prefect.flow.id": flowRun.flow_id,
    "prefect.flow-run.id": flow_run_id,
    ...labels,
  };
}

function newRow(given: TaskRunCreate, labels: object, now: Timestamp) {
  const { cache_expiration } = given;
  const policy = completeTaskRunPolicy(given.empirical_policy ?? {});
  const id = given.id?.toLowerCase() ?? timeOrderedId(now);
  const keys = keysOf(given);
  const proposed = proposalOf(given.state ?? { type: "PENDING" }, now);
  const { run, written } = transformTaskRun({
    run: { ...noTimes, id, flow_run_id: keys.flow_run_id, policy, flow_run_run_count: 0 },
    initial: null,
    proposed,
    now,
  });
  const row: TaskRunRow = {
    ...keys,
    id,
    created: now,
    updated: now,
    name: storable(given.name ?? randomRunName()),
    cache_key: given.cache_key ?? null,
    cache_expiration:
      cache_expiration === null || cache_expiration === undefined ? null : toTimestamp(cache_expiration),
    task_version: given.task_version ?? null,
    empirical_policy: writeJson(policy),
    tags: writeJson([...new Set(given.tags ?? [])]),
    labels: writeJson(labels),
    task_inputs: writeJson(given.task_inputs ?? {}),
    ...movedColumns(run),
    ...stateColumnsOfRun(written),
  };
  return { row, written };
}

/** The columns of a task run that its states move. */
function movedColumns(run: TaskRunSubject) {
  return { ...timesOf(run), flow_run_run_count: run.flow_run_run_count };
}

export async function read({ db, clock }: Context, id: string): Promise<TaskRun> {
  const row = await queries.taskRunById(db.read, id);
  if (row === undefined) throw notFound("Task run", id);
  return presentTaskRun(row, clock.now());
}

/** The runs with these ids, in no order; ids that are gone are left out. */
export async function readMany({ db, clock }: Context, ids: readonly string[]): Promise<readonly TaskRun[]> {
  if (ids.length === 0) return [];
  const rows = await queries.taskRunsByIds(db.read, ids);
  const now = clock.now();
  return rows.map((row) => presentTaskRun(row, now));
}

export async function update(context: Context, id: string, { name }: TaskRunUpdate): Promise<void> {
  const { db, clock, bus } = context;
  const change = { updated: clock.now(), ...(name === undefined ? {} : { name: storable(name) }) };
  if (!(await db.write((tx) => queries.updateTaskRun(tx, id, change)))) throw notFound("Task run", id);
  if (bus.watched) bus.publish({ kind: "task-runs", rows: [await read(context, id)] });
}

export function count({ db }: Context, criteria: RunCriteria): Promise<number> {
  return queries.countTaskRuns(db, criteria);
}

export async function filter({ db, clock }: Context, body: BodyOf<typeof filterTaskRuns>): Promise<TaskRun[]> {
  const { sort, limit, offset, ...criteria } = body;
  const query = { ...criteria, sort: sort ?? "ID_DESC", limit: readLimit(limit), offset: offset ?? 0 } as const;
  const rows = await queries.findTaskRuns(db, query);
  const now = clock.now();
  return rows.map((row) => presentTaskRun(row, now));
}

export function page(context: Context, body: BodyOf<typeof paginateTaskRuns>) {
  const { limit, page: number, ...query } = body;
  return paginate(
    { limit, page: number },
    (size, offset) => filter(context, { ...query, limit: size, offset }),
    () => count(context, query),
  );
}

/** A state of a subflow, to be taken by the task run that stands for it in its parent. */
export interface MirroredState {
  readonly taskRunId: string;
  readonly flowRunId: string;
  readonly state: RunState;
}

/** Puts the task run into the state; gives the task run, or undefined when there is none. */
export async function mirror(
  { db }: Context,
  tx: Writer,
  { taskRunId, flowRunId, state }: MirroredState,
): Promise<TaskRunRow | undefined> {
  const row = await queries.taskRunForChange(tx, db.sql, taskRunId);
  if (row === undefined) return undefined;
  return move(tx, row, withDetails(state, { child_flow_run_id: flowRunId }), state.timestamp);
}

/** Writes the state that was decided. */
async function move(tx: Writer, row: TaskRunRow, proposed: Proposal, now: Timestamp): Promise<TaskRunRow> {
  const { run, written } = transformTaskRun({ run: subjectOf(row), initial: stateOfRun(row), proposed, now });
  const moved = { ...row, ...movedColumns(run), ...stateColumnsOfRun(written), updated: now };
  await queries.insertTaskRunState(tx, row.id, written);
  await queries.updateTaskRun(tx, row.id, { ...movedColumns(run), ...stateReference(written), updated: now });
  return moved;
}

function subjectOf(row: TaskRunRow): TaskRunSubject {
  return { ...row, policy: completeTaskRunPolicy(readJson(row.empirical_policy)) };
}
