import { noTimes, randomRunName, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type {
  BodyOf,
  filterTaskRuns,
  HistoryInterval,
  paginateTaskRuns,
  TaskRun,
  TaskRunCreate,
  TaskRunUpdate,
  taskRunHistory,
} from "@ostinato/protocol";
import type { CriteriaOn } from "../criteria/related.queries.ts";
import type { Writer } from "../db/dialect.ts";
import { readJson, storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { absent, conflict } from "../kernel/errors.ts";
import { keptKey, keptName } from "../kernel/indexed-text.ts";
import { checkAnswerSize, paginate, readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { chance } from "../orchestration/rule.ts";
import { stateColumnsOfRun } from "../orchestration/state.rows.ts";
import { proposalOf, type RunState } from "../orchestration/state.ts";
import { transformTaskRun } from "../orchestration/task-run-rule-sets.ts";
import * as results from "../results/results.service.ts";
import { bucketsOf, presentHistory } from "../run-history/run-history.rules.ts";
import { leaveLeftovers, removeLeftovers } from "../run-leftovers/run-leftovers.service.ts";
import { enqueue, isDeferred, noWord } from "../task-deliveries/queue.service.ts";
import { withoutClientTime } from "./client-time.rules.ts";
import { completeTaskRunPolicy, presentTaskRun, type TaskRunRow } from "./task-runs.presenter.ts";
import * as queries from "./task-runs.queries.ts";
import { movedColumns } from "./transitions.service.ts";

export { type Abandonment, endAbandoned } from "./abandonment.service.ts";
export { attemptsOf, mirror, propose, putInto } from "./transitions.service.ts";
export { presentTaskRun };

interface Created {
  readonly row: TaskRunRow;
  /** False where the run was there already. */
  readonly made: boolean;
}

/** Creates the task run for a client, or reads the one that has the same keys in the same flow run. */
export async function create(
  context: Context,
  given: TaskRunCreate,
  clientVersion?: string,
): Promise<{ taskRun: TaskRun; made: boolean }> {
  const [created] = await createAll(context, [withoutClientTime(given, clientVersion)]);
  if (created === undefined) throw new Error("A task run was neither created nor refused");
  return { taskRun: presentTaskRun(created.row, context.clock.now()), made: created.made };
}

/** The same for many, all of them or none. Gives their ids in the order of the given runs. */
export async function createMany(context: Context, given: readonly TaskRunCreate[]): Promise<string[]> {
  return (await createAll(context, given)).map(({ row }) => row.id);
}

interface Wanted {
  readonly id: string;
  readonly keys: queries.TaskRunKeys;
  readonly given: TaskRunCreate;
}

type RowsByKeys = ReadonlyMap<string, TaskRunRow>;

function createAll(context: Context, given: readonly TaskRunCreate[]): Promise<readonly Created[]> {
  const now = context.clock.now();
  const wanted = given.map((one) => ({
    id: one.id?.toLowerCase() ?? timeOrderedId(now),
    keys: keysOf(one),
    given: one,
  }));
  return unit(context, (unit) => createOrFind(unit, wanted), { together: wanted[0]?.id ?? "" });
}

async function createOrFind(unit: Unit, wanted: readonly Wanted[]): Promise<readonly Created[]> {
  const known = await rowsByKeys(unit.tx, wanted);
  const absent = new Map<string, Wanted>();
  for (const one of wanted) {
    const key = textOf(one.keys);
    if (!known.has(key) && !absent.has(key)) absent.set(key, one);
  }
  const made = await insert(unit, [...absent.values()]);
  // Other requests were faster; their rows are visible now.
  const others = await rowsByKeys(
    unit.tx,
    [...absent].flatMap(([key, one]) => (made.has(key) ? [] : [one])),
  );
  return wanted.map(({ id, keys }) => {
    const key = textOf(keys);
    const row = made.get(key) ?? known.get(key) ?? others.get(key);
    if (row === undefined) throw conflict(`id: the task run ${id} is there with other keys.`);
    return { row, made: made.has(key) };
  });
}

async function rowsByKeys(tx: Writer, wanted: readonly Wanted[]): Promise<RowsByKeys> {
  const rows = await queries.taskRunsByKeys(
    tx,
    wanted.map(({ keys }) => keys),
  );
  return new Map(rows.map((row) => [textOf(row), row]));
}

function textOf({ flow_run_id, task_key, dynamic_key }: queries.TaskRunKeys): string {
  return `${flow_run_id ?? ""}\0${task_key}\0${dynamic_key}`;
}

/** Adds the runs whose ids and keys no other run has, with what belongs to them. */
async function insert(unit: Unit, wanted: readonly Wanted[]): Promise<RowsByKeys> {
  if (wanted.length === 0) return new Map();
  const { tx, later, context } = unit;
  const flowRunLabels = await labelsOfFlowRuns(tx, wanted);
  const parameters = new Map(wanted.map((one) => [one.id, givenParameters(one)]));
  const made = wanted.map((one) => newRow(one, labelsFor(one, flowRunLabels), context.clock.now()));
  const added = await queries.insertTaskRuns(tx, made.map(storedRow));
  // Of two with the same id the first was added.
  const own = made.filter(({ row }) => added.delete(row.id));
  await queries.insertTaskRunStates(
    later,
    own.map(({ row, written }) => ({ taskRunId: row.id, state: written })),
  );
  await enqueue(
    unit,
    own.map(({ row, written }) => ({ run: row, state: written })),
  );
  await results.keepParameters(
    unit,
    own.flatMap(({ row }) => parameters.get(row.id) ?? []),
  );
  const rows = own.map(({ row }) => row);
  unit.changed("task-run", rows, presentTaskRun);
  return new Map(rows.map((row) => [textOf(row), row]));
}

function storedRow({ row, written }: NewRun) {
  const deferred = isDeferred(written);
  // The clock of the worker that will get it may be behind this server's.
  return { ...row, last_word: deferred ? noWord : null, deferred: deferred ? (1 as const) : null, task_worker: null };
}

function givenParameters({ id, keys, given }: Wanted): results.GivenParameters | undefined {
  const { state, parameters } = given;
  if (parameters === null || parameters === undefined) return undefined;
  const parametersId = state?.state_details?.task_parameters_id?.toLowerCase();
  if (parametersId === undefined)
    throw conflict("parameters: they are kept under state.state_details.task_parameters_id, which is missing.");
  return { id: parametersId, taskRunId: id, taskKey: keys.task_key, parameters };
}

function keysOf({ flow_run_id, task_key, dynamic_key }: TaskRunCreate): queries.TaskRunKeys {
  return {
    flow_run_id: flow_run_id?.toLowerCase() ?? null,
    task_key: storable(keptKey(task_key)),
    dynamic_key: storable(keptKey(dynamic_key)),
  };
}

/** The labels of the flow runs in which task runs are created. */
async function labelsOfFlowRuns(tx: Writer, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, object>> {
  const labels = new Map<string, object>();
  for (const id of new Set(wanted.flatMap(({ keys }) => keys.flow_run_id ?? []))) {
    const flowRun = await queries.flowRunOfTasks(tx, id);
    if (flowRun === undefined) throw conflict(`flow_run_id: there is no flow run ${id}.`);
    labels.set(id, readJson<object>(flowRun.labels));
  }
  return labels;
}

/** A task run bears the labels of its flow run and its own. */
function labelsFor({ keys: { flow_run_id }, given: { labels } }: Wanted, ofFlowRuns: ReadonlyMap<string, object>) {
  if (flow_run_id === null) return labels ?? {};
  return { ...ofFlowRuns.get(flow_run_id), "prefect.flow-run.id": flow_run_id, ...labels };
}

interface NewRun {
  readonly row: TaskRunRow;
  readonly written: RunState;
}

function newRow({ id, keys, given }: Wanted, labels: object, now: Timestamp): NewRun {
  const { cache_expiration } = given;
  const policy = completeTaskRunPolicy(given.empirical_policy ?? {});
  const proposed = proposalOf(given.state ?? { type: "PENDING" }, now);
  const { run, written } = transformTaskRun({
    run: { ...noTimes, id, flow_run_id: keys.flow_run_id, policy, flow_run_run_count: 0 },
    initial: null,
    proposed,
    now,
    ...chance,
  });
  const row: TaskRunRow = {
    ...keys,
    id,
    created: now,
    updated: now,
    name: storable(keptName(given.name ?? randomRunName())),
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

export async function read({ db, clock }: Context, id: string): Promise<TaskRun> {
  const row = await queries.taskRunById(db.read, id);
  if (row === undefined) throw absent("Task");
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
  const change = { updated: context.clock.now(), ...(name === undefined ? {} : { name: storable(name) }) };
  await unit(context, async ({ tx, changed }) => {
    if (!(await queries.updateTaskRun(tx, id, change))) throw absent("Task run");
    changed("task-run", [{ id }]);
  });
}

/** Deletes the run with its states. Its logs and results go after it, in steps that hold nobody up. */
export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, async (unit) => {
    await queries.releaseSubflows(unit.tx, [id]);
    if (!(await queries.deleteTaskRun(unit.tx, id))) throw absent("Task");
    unit.deleted("task-run", [id]);
    leaveLeftovers(unit, "task-run", id);
  });
  await removeLeftovers(context, "task-run", id);
}

export function count({ db }: Context, criteria: CriteriaOn<"task_run">): Promise<number> {
  return queries.countTaskRuns(db, criteria);
}

export async function filter({ db, clock }: Context, body: BodyOf<typeof filterTaskRuns>): Promise<TaskRun[]> {
  const { sort, limit, offset, ...criteria } = body;
  const now = clock.now();
  const query = { ...criteria, sort: sort ?? "ID_DESC", now, limit: readLimit(limit), offset: offset ?? 0 } as const;
  const rows = await queries.findTaskRuns(db, query);
  checkAnswerSize(rows.map(({ task_inputs }) => task_inputs.length));
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

export async function history({ db, clock }: Context, body: BodyOf<typeof taskRunHistory>): Promise<HistoryInterval[]> {
  const { history_start, history_end, history_interval_seconds, ...criteria } = body;
  const buckets = bucketsOf({ history_start, history_end, history_interval_seconds });
  if (buckets.count === 0) return [];
  return presentHistory(buckets, await queries.taskRunTallies(db, buckets, { criteria, now: clock.now() }));
}

/** The task runs of a flow run by their expected start, up to the limit. */
export async function ofFlowRun({ db, clock }: Context, flowRunId: string, limit: number): Promise<TaskRun[]> {
  const rows = await queries.taskRunsOfFlowRun(db.slow, flowRunId, limit);
  const now = clock.now();
  return rows.map((row) => presentTaskRun(row, now));
}
