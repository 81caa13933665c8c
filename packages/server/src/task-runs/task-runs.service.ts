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
import { proposalOf } from "../orchestration/state.ts";
import { transformTaskRun } from "../orchestration/task-run-rule-sets.ts";
import * as results from "../results/results.service.ts";
import { bucketsOf, presentHistory } from "../run-history/run-history.rules.ts";
import { leaveLeftovers, removeLeftovers } from "../run-leftovers/run-leftovers.service.ts";
import { enqueue, isDeferred, noWord } from "../task-deliveries/queue.service.ts";
import { completeTaskRunPolicy, presentTaskRun, type TaskRunRow } from "./task-runs.presenter.ts";
import * as queries from "./task-runs.queries.ts";
import { movedColumns } from "./transitions.service.ts";

export { type Abandonment, endAbandoned } from "./abandonment.service.ts";
export { attemptsOf, mirror, propose, putInto } from "./transitions.service.ts";
export { presentTaskRun };

/** Creates the task run, or reads the one that has the same keys in the same flow run. */
export async function create(context: Context, given: TaskRunCreate): Promise<{ taskRun: TaskRun; made: boolean }> {
  const { clock } = context;
  const { row, made } = await unit(context, async (unit) => {
    const { tx } = unit;
    const known = await queries.taskRunByKeys(tx, keysOf(given));
    if (known !== undefined) return { row: known, made: false };
    const labels = await labelsFor(tx, given);
    const { row, written } = newRow(given, labels, clock.now());
    const deferred = isDeferred(written);
    // The clock of the worker that will get it may be behind this server's.
    const last_word = deferred ? noWord : null;
    if (await queries.insertTaskRun(tx, { ...row, last_word, deferred: deferred ? 1 : null, task_worker: null })) {
      await queries.insertTaskRunState(tx, row.id, written);
      await enqueue(unit, row, written);
      await keepParameters(unit, row, given);
      unit.changed("task-run", [row], presentTaskRun);
      return { row, made: true };
    }
    // Another request was faster; its row is visible now.
    const other = await queries.taskRunByKeys(tx, keysOf(given));
    if (other === undefined) throw conflict(`id: the task run ${row.id} is there with other keys.`);
    return { row: other, made: false };
  });
  return { taskRun: presentTaskRun(row, clock.now()), made };
}

async function keepParameters(unit: Unit, { id, task_key }: TaskRunRow, { state, parameters }: TaskRunCreate) {
  if (parameters === null || parameters === undefined) return;
  const parametersId = state?.state_details?.task_parameters_id?.toLowerCase();
  if (parametersId === undefined)
    throw conflict("parameters: they are kept under state.state_details.task_parameters_id, which is missing.");
  await results.keepParameters(unit, { id: parametersId, taskRunId: id, taskKey: task_key, parameters });
}

function keysOf({ flow_run_id, task_key, dynamic_key }: TaskRunCreate): queries.TaskRunKeys {
  return {
    flow_run_id: flow_run_id?.toLowerCase() ?? null,
    task_key: storable(keptKey(task_key)),
    dynamic_key: storable(keptKey(dynamic_key)),
  };
}

/** A task run bears the labels of its flow run and its own. */
async function labelsFor(tx: Writer, { flow_run_id = null, labels }: TaskRunCreate) {
  if (flow_run_id === null) return labels ?? {};
  const flowRun = await queries.flowRunOfTasks(tx, flow_run_id);
  if (flowRun === undefined) throw conflict(`flow_run_id: there is no flow run ${flow_run_id}.`);
  return {
    ...readJson<object>(flowRun.labels),
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
