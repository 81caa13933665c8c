import { formatTimestamp, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type {
  InputsView,
  ReplyOf,
  ResultCreate,
  ResultView,
  readTaskRunEnds,
  StoredResult,
  TaskRunValues,
} from "@ostinato/protocol";
import { readJson, readOptionalJson, storable, storableOrNull, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { presentState } from "../orchestration/state.presenter.ts";
import { stateOfRun } from "../orchestration/state.rows.ts";
import { persistedResult } from "./persisted.rules.ts";
import * as queries from "./results.queries.ts";
import { boundedPreview, keepable, noPreview, reasonForNone } from "./results.rules.ts";

export { persistedResult } from "./persisted.rules.ts";

/** The values that come with a state of a task run. The result takes the state's id. */
export interface ReportedValues {
  readonly stateId: string;
  readonly timestamp: Timestamp;
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly taskKey: string;
  readonly flowRunAttempt: number;
  readonly values: TaskRunValues;
}

/** Keeps inputs and results in the unit of work of the states that brought them; a state's values once. */
export async function keepReported(
  { context: { config, clock }, later }: Unit,
  reported: readonly ReportedValues[],
): Promise<void> {
  const now = clock.now();
  const results = reported.flatMap(({ values: { result }, ...from }): queries.ResultWrite[] => {
    if (result === undefined) return [];
    const { stateId: id, flowRunId, taskRunId, taskKey, flowRunAttempt } = from;
    const row = resultRow(result, config.resultSizeLimitBytes);
    return [
      { ...row, id, created: now, ...ofTaskRunKeys(flowRunId, taskRunId, taskKey), flow_run_attempt: flowRunAttempt },
    ];
  });
  await queries.insertResults(later, results);
  await queries.upsertValues(later, valuesOf(reported));
}

/** One row for each task run, of the latest states among those given. */
function valuesOf(reported: readonly ReportedValues[]): readonly queries.ValueWrite[] {
  const rows = new Map<string, queries.ValueWrite>();
  for (const { taskRunId, timestamp, stateId, values } of reported) {
    const given = values.inputs?.map(({ name, preview }) => ({ name, preview: boundedPreview(preview) }));
    const inputs = { at: timestamp, value: given === undefined ? null : writeJson(given) };
    const resultId = values.result === undefined ? (values.reused_result_id?.toLowerCase() ?? null) : stateId;
    const row = rows.get(taskRunId) ?? { task_run_id: taskRunId, ...noValues };
    rows.set(taskRunId, {
      ...row,
      ...(isLater(inputs, { at: row.inputs_at, value: row.inputs })
        ? { inputs: inputs.value, inputs_at: timestamp }
        : undefined),
      ...(isLater({ at: timestamp, value: resultId }, { at: row.result_at, value: row.result_id })
        ? { result_id: resultId, result_at: timestamp }
        : undefined),
    });
  }
  return [...rows.values()].filter(({ inputs, result_id }) => inputs !== null || result_id !== null);
}

const noValues = { inputs: null, inputs_at: null, result_id: null, result_at: null };

interface Stamped {
  readonly at: Timestamp | null;
  readonly value: string | null;
}

/** Decides as the database does between a stored row and a new one. */
function isLater(a: Stamped, b: Stamped): boolean {
  if (a.value === null || a.at === null) return false;
  if (b.value === null || b.at === null) return true;
  return a.at !== b.at ? a.at > b.at : a.value > b.value;
}

function ofTaskRunKeys(flowRunId: string | null, taskRunId: string, taskKey: string) {
  return { flow_run_id: flowRunId, task_run_id: taskRunId, task_key: storable(taskKey) };
}

/** The columns that describe the result itself. */
function resultRow(result: ResultCreate, sizeLimitBytes: number) {
  const { format, data, location, preview, reason, cacheKey } = keepable(result, sizeLimitBytes);
  return {
    format,
    data: storableOrNull(data),
    location: storableOrNull(location),
    preview: writeJson(preview),
    reason: storableOrNull(reason),
    identity: storableOrNull(result.identity ?? null),
    cache_key: storableOrNull(cacheKey),
    expires: result.expires === null || result.expires === undefined ? null : toTimestamp(result.expires),
  };
}

/** Keeps the result of a flow run, in place of the one that it had in the same attempt. */
export async function keepOfFlowRun(context: Context, flowRunId: string, result: ResultCreate): Promise<void> {
  const { db, clock, config } = context;
  const flowRun = await queries.flowRunState(db.read, flowRunId);
  if (flowRun === undefined) throw notFound("Flow run", flowRunId);
  const created = clock.now();
  const row = {
    ...resultRow(result, config.resultSizeLimitBytes),
    id: timeOrderedId(created),
    created,
    flow_run_id: flowRunId,
    task_run_id: null,
    task_key: null,
    flow_run_attempt: flowRun.run_count,
  };
  await unit(context, async ({ tx }) => {
    await queries.deleteFlowRunResult(tx, flowRunId, flowRun.run_count);
    await queries.insertResults(tx, [row]);
  });
}

export async function read({ db }: Context, id: string): Promise<StoredResult> {
  const row = await queries.resultById(db.read, id);
  if (row === undefined) throw notFound("Result", id);
  return present(row);
}

/** The results with these ids, in any order; ids without one are left out. */
export async function readMany({ db }: Pick<Context, "db">, ids: readonly string[]): Promise<readonly StoredResult[]> {
  return ids.length === 0 ? [] : (await queries.resultsByIds(db.read, ids)).map(present);
}

/** The result of a task run, or the one that it reused, whole. */
export async function ofTaskRun({ db }: Context, taskRunId: string): Promise<StoredResult | null> {
  const values = await queries.taskRunValues(db.read, taskRunId);
  if (values === undefined) throw notFound("Task run", taskRunId);
  const row = values.result_id === null ? undefined : await queries.resultById(db.read, values.result_id);
  return row === undefined ? null : present(row);
}

export interface GivenParameters {
  readonly id: string;
  readonly taskRunId: string;
  readonly taskKey: string;
  readonly parameters: ResultCreate;
}

/** Keeps the arguments of deferred task runs until the runs are deleted. */
export async function keepParameters(
  { context: { config, clock }, later }: Unit,
  given: readonly GivenParameters[],
): Promise<void> {
  const created = clock.now();
  const rows = given.map(({ id, taskRunId, taskKey, parameters }) => ({
    ...resultRow(parameters, config.resultSizeLimitBytes),
    id,
    created,
    ...ofTaskRunKeys(null, taskRunId, taskKey),
    flow_run_attempt: 0,
  }));
  await queries.insertResults(later, rows);
}

/** One answer holds as many characters as so many of the largest results. */
const maxLargeTogether = 16;

/** The states that task runs are in, with their results; `left` are those whose results did not fit. */
export async function endsOfTaskRuns(
  { db, config }: Context,
  ids: readonly string[],
): Promise<ReplyOf<typeof readTaskRunEnds>> {
  const found = await queries.endsOfTaskRuns(db.read, [...new Set(ids.map((id) => id.toLowerCase()))]);
  let characters = 0;
  const fits = found.filter((row) => {
    characters += Number(row.characters);
    return characters <= maxLargeTogether * config.resultSizeLimitBytes;
  });
  const results = await readMany(
    { db },
    fits.flatMap(({ result_id }) => result_id ?? []),
  );
  const byId = new Map(results.map((result) => [result.id, result]));
  const ends = fits.map((row) => {
    const state = stateOfRun(row);
    return {
      id: row.id,
      state: state === null ? null : presentState(state),
      result: byId.get(row.result_id ?? "") ?? null,
    };
  });
  const told = new Set(ends.map(({ id }) => id));
  return { ends, left: found.flatMap(({ id }) => (told.has(id) ? [] : [id])) };
}

export async function viewOfTaskRun({ db }: Context, taskRunId: string): Promise<ResultView> {
  const values = await queries.taskRunValues(db.read, taskRunId);
  if (values === undefined) throw notFound("Task run", taskRunId);
  const row = values.result_id === null ? undefined : await queries.resultById(db.read, values.result_id);
  if (row !== undefined) return view(row, row.task_run_id === taskRunId);
  if (values.result_id !== null) return emptyView("The result that it reused has been deleted.");
  return withoutValue("task run", values);
}

export async function inputsOfTaskRun({ db }: Context, taskRunId: string): Promise<InputsView> {
  const values = await queries.taskRunValues(db.read, taskRunId);
  if (values === undefined) throw notFound("Task run", taskRunId);
  return { inputs: readOptionalJson<InputsView["inputs"]>(values.inputs) ?? [] };
}

/** The same with the value itself, where a Prefect client has stored it by a block that the server can read. */
export async function shownOfTaskRun(context: Context, taskRunId: string): Promise<ResultView> {
  return await withStoredValue(context, await viewOfTaskRun(context, taskRunId));
}

export async function shownOfFlowRun(context: Context, flowRunId: string): Promise<ResultView> {
  return await withStoredValue(context, await viewOfFlowRun(context, flowRunId));
}

async function withStoredValue(context: Context, known: ResultView): Promise<ResultView> {
  if (known.persisted === null || known.persisted.storage_block_id === null) return known;
  const { storedValue } = await import("./stored-values.service.ts");
  const { preview = known.preview, reason } = await storedValue(context, known.persisted);
  return { ...known, preview, reason };
}

async function viewOfFlowRun({ db }: Context, flowRunId: string): Promise<ResultView> {
  const flowRun = await queries.flowRunState(db.read, flowRunId);
  if (flowRun === undefined) throw notFound("Flow run", flowRunId);
  const row = await queries.flowRunResult(db.read, flowRunId);
  return row === undefined ? withoutValue("flow run", flowRun) : view(row, true);
}

export interface ResultsRequest {
  readonly after?: string | null | undefined;
  readonly limit?: number | null | undefined;
}

/** Results that a flow run can be continued from, by pages; `next` is where the following page begins. */
export async function listOfFlowRun(
  { db }: Context,
  flowRunId: string,
  { after, limit }: ResultsRequest,
): Promise<{ results: StoredResult[]; next: string | null }> {
  const flowRun = await queries.flowRunState(db.read, flowRunId);
  if (flowRun === undefined) throw notFound("Flow run", flowRunId);
  const size = readLimit(limit);
  if (size === 0) return { results: [], next: null };
  const page = await queries.resultsOfFlowRun(db.read, flowRunId, { after: after?.toLowerCase(), limit: size });
  return { results: page.rows.map(present), next: page.more ? (page.rows.at(-1)?.id ?? null) : null };
}

export async function findCached({ db, clock }: Context, cacheKey: string): Promise<StoredResult | null> {
  const row = await queries.cachedResult(db.read, storable(cacheKey), clock.now());
  return row === undefined ? null : present(row);
}

/** The same as pages show it. */
export async function viewOfCached({ db, clock }: Context, cacheKey: string): Promise<ResultView | null> {
  const row = await queries.cachedResult(db.read, storable(cacheKey), clock.now());
  return row === undefined ? null : view(row, true);
}

/** Has equal calls find no result with the key any more; gives how many there were. */
export function forgetCached({ tx }: Unit, cacheKey: string): Promise<number> {
  return queries.forgetCacheKey(tx, storable(cacheKey));
}

/** A result that belongs to no run, and is found by its cache key. */
export interface NewRecord {
  readonly id: string;
  readonly result: ResultCreate;
}

export async function keepRecords(
  { context: { config, clock }, tx }: Unit,
  records: readonly NewRecord[],
): Promise<void> {
  const created = clock.now();
  const rows = records.map(({ id, result }) => ({
    ...resultRow(result, config.resultSizeLimitBytes),
    id: id.toLowerCase(),
    created,
    flow_run_id: null,
    task_run_id: null,
    task_key: null,
    flow_run_attempt: 0,
  }));
  await queries.insertResults(tx, rows);
}

/** Those of the ids that are results. */
export async function knownAmong({ tx }: Unit, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await queries.resultsByIds(
    tx,
    ids.map((id) => id.toLowerCase()),
  );
  return new Set(rows.map(({ id }) => id));
}

export interface Reusable {
  readonly result_id: string;
  readonly cache_key: string;
  readonly expires?: ResultCreate["expires"];
}

/** Lets equal calls find results that were reported without a cache key. */
export async function letReuse({ tx }: Unit, results: readonly Reusable[]): Promise<void> {
  for (const { result_id, cache_key, expires } of results)
    await queries.setCacheKey(tx, result_id.toLowerCase(), {
      cache_key: storable(cache_key),
      expires: expires === null || expires === undefined ? null : toTimestamp(expires),
    });
}

/** No attempt of a run and no equal call gets these results any more; pages still show them. */
export async function neverReuse(
  { tx }: Unit,
  { resultIds, flowRunIds }: { readonly resultIds: readonly string[]; readonly flowRunIds: readonly string[] },
): Promise<void> {
  await queries.clearKeys(
    tx,
    resultIds.map((id) => id.toLowerCase()),
    "id",
  );
  await queries.clearKeys(
    tx,
    flowRunIds.map((id) => id.toLowerCase()),
    "flow_run_id",
  );
}

function present({ preview: _preview, reason: _reason, created, expires, ...row }: queries.ResultRow): StoredResult {
  return { ...row, created: formatTimestamp(created), expires: expires === null ? null : formatTimestamp(expires) };
}

function view(row: queries.ResultRow, own: boolean): ResultView {
  return {
    preview: readJson(row.preview),
    location: row.location,
    created: formatTimestamp(row.created),
    expires: row.expires === null ? null : formatTimestamp(row.expires),
    cache_key: row.cache_key,
    persisted: null,
    reused_from: own ? null : { task_run_id: row.task_run_id, flow_run_id: row.flow_run_id },
    reason: row.reason,
  };
}

type StateOfRun = Pick<queries.TaskRunValues, "state_type" | "state_name" | "state_data">;

/** A run without a result on this server. Its client may have it, as the data of its state tells. */
function withoutValue(noun: "task run" | "flow run", { state_type, state_name, state_data }: StateOfRun): ResultView {
  const persisted = state_type === "COMPLETED" ? persistedResult(readOptionalJson(state_data)) : null;
  if (persisted === null) return emptyView(reasonForNone(noun, state_type, state_name));
  const reason = "The client that ran it keeps its value in a storage of its own.";
  return { ...emptyView(reason), expires: persisted.expiration, persisted };
}

function emptyView(reason: string): ResultView {
  return {
    preview: noPreview,
    location: null,
    created: null,
    expires: null,
    cache_key: null,
    persisted: null,
    reused_from: null,
    reason,
  };
}
