import { isTerminal, microsPerSecond, type Timestamp } from "@ostinato/core";
import type { TaskRun } from "@ostinato/protocol";
import { releaseOfTaskRuns } from "../concurrency-limits/run-slots.service.ts";
import type { Writer } from "../db/dialect.ts";
import { storable, storableOrNull, writeJson, writeOptionalJson } from "../db/json-text.ts";
import type { Unit } from "../kernel/unit.ts";
import * as results from "../results/results.service.ts";
import { noteBackgroundTasks } from "../task-deliveries/queue.service.ts";
import { type Abandonment, endAbandoned, presentTaskRun } from "../task-runs/task-runs.service.ts";
import * as queries from "./task-run-events.queries.ts";
import { isLater, type ReportedState } from "./task-run-events.rules.ts";

export { cutToSize } from "./large-events.rules.ts";
export { type ReportedState, readReportedState } from "./task-run-events.rules.ts";

export interface Recorded {
  /** Flow runs that this server does not know: the states in them were left out. */
  readonly missingFlowRuns: readonly string[];
}

/** A task run that was added or moved, in its latest state. */
interface MovedTaskRun {
  readonly id: string;
  readonly row: queries.TaskRunWrite;
  readonly state: queries.StateWrite;
}

/**
 * Writes states that clients decided, in the unit of work of the events that reported them. They may come in any order and more
 * than once: all are kept, and a task run is in the latest.
 */
export async function record(unit: Unit, given: readonly ReportedState[]): Promise<Recorded> {
  const { context, tx } = unit;
  if (given.length === 0) return { missingFlowRuns: [] };
  const now = context.clock.now();
  const { reports, missingFlowRuns, ends } = await ofKnownFlowRuns(tx, given);
  if (reports.length === 0) return { missingFlowRuns };
  const ids = await canonicalIds(tx, reports);
  const latest = latestOfEach(reports, ids);
  // One order of locks for all servers, so that none waits for one that waits for it.
  const rows = [...latest].map(([id, report]) => taskRunRow(id, report, now)).sort(byId);
  const written = await queries.upsertTaskRuns(tx, rows);
  const states = reports.map((report) => stateRow(idOf(ids, report), report, now));
  await queries.insertStates(unit.later, states);
  const reported = reports.flatMap((report) => valuesIn(idOf(ids, report), report));
  if (reported.length > 0) await results.keepReported(unit, reported);
  const moved = movedOf(written, rows, states);
  unit.changed("task-run", moved, presentMoved);
  const outsideFlows = rows.filter(({ flow_run_id }) => flow_run_id === null).map(({ task_key }) => task_key);
  // Few of them are not background tasks, and a page that is told in vain reads once more.
  if (outsideFlows.length > 0) noteBackgroundTasks(unit, [...new Set(outsideFlows)]);
  unit.count("task_run_states_total", moved.length);
  await endLate(unit, moved, ends);
  return { missingFlowRuns };
}

/** How flow runs ended whose open tasks nobody will end any more. */
type Ends = ReadonlyMap<string, Pick<Abandonment, "why" | "until">>;

/**
 * The last events of a process may arrive after its run was ended, and nobody would end the task runs that they open. If the
 * process is alive after all, its next event is later, and counts.
 */
async function endLate(unit: Unit, moved: readonly MovedTaskRun[], ends: Ends): Promise<void> {
  if (ends.size === 0) return;
  const open = moved.filter(({ row }) => !isTerminal(row.state_type));
  const flowRunIds = new Set(open.flatMap(({ row }) => row.flow_run_id ?? []));
  for (const id of flowRunIds) {
    const how = ends.get(id);
    if (how === undefined) continue;
    await endAbandoned(unit, { flowRunId: id, ...how });
    // Not what the flow run holds: it may have been started again since it was read.
    const own = open.filter(({ row }) => row.flow_run_id === id).map(({ row }) => row.id);
    await releaseOfTaskRuns(unit, own);
  }
}

/** The written states, with the time at which each was first written. */
function movedOf(
  written: readonly queries.WrittenTaskRun[],
  rows: readonly queries.TaskRunWrite[],
  states: readonly queries.StateWrite[],
): readonly MovedTaskRun[] {
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const statesById = new Map(states.map((state) => [state.id, state]));
  return written.flatMap(({ id, created }) => {
    const row = rowsById.get(id);
    const state = statesById.get(row?.state_id ?? "");
    return row === undefined || state === undefined ? [] : [{ id, row: { ...row, created }, state }];
  });
}

function presentMoved({ row, state }: MovedTaskRun, now: Timestamp): TaskRun {
  const { message: state_message, state_details, data: state_data } = state;
  return presentTaskRun({ ...row, state_message, state_details, state_data }, now);
}

async function ofKnownFlowRuns(tx: Writer, given: readonly ReportedState[]) {
  const named = new Set(given.flatMap(({ flowRunId }) => flowRunId ?? []));
  const known = await queries.knownFlowRuns(tx, [...named]);
  return {
    reports:
      known.size === named.size ? given : given.filter(({ flowRunId }) => flowRunId === null || known.has(flowRunId)),
    missingFlowRuns: [...named].filter((id) => !known.has(id)),
    ends: endsOf(known),
  };
}

function endsOf(known: ReadonlyMap<string, queries.KnownFlowRun>): Ends {
  const ends = new Map<string, Pick<Abandonment, "why" | "until">>();
  for (const [id, { state_type, state_timestamp: until }] of known) {
    if (until === null) continue;
    if (state_type === "CRASHED") ends.set(id, { why: "died", until });
    else if (state_type === "CANCELLED") ends.set(id, { why: "cancelled", until });
  }
  return ends;
}

/** The id under which each task run is kept: the natural key names it, whatever id a client has given it since. */
async function canonicalIds(tx: Writer, reports: readonly ReportedState[]) {
  const keys = new Map<string, queries.NaturalKey>();
  for (const report of reports) {
    const { flowRunId, taskKey, dynamicKey } = report;
    if (flowRunId === null) continue;
    keys.set(keyOf(report), {
      flow_run_id: flowRunId,
      task_key: storable(taskKey),
      dynamic_key: storable(dynamicKey),
    });
  }
  const ids = new Map<string, string>();
  for (const found of await queries.taskRunsByKey(tx, [...keys.values()])) {
    ids.set(joinKey(found.flow_run_id, found.task_key, found.dynamic_key), found.id);
  }
  for (const report of reports) {
    const key = keyOf(report);
    if (!ids.has(key)) ids.set(key, report.taskRunId);
  }
  return ids;
}

function idOf(ids: ReadonlyMap<string, string>, report: ReportedState): string {
  return ids.get(keyOf(report)) ?? report.taskRunId;
}

/** Outside of a flow the keys name nothing, and the id does. */
function keyOf({ flowRunId, taskKey, dynamicKey, taskRunId }: ReportedState): string {
  return flowRunId === null ? taskRunId : joinKey(flowRunId, storable(taskKey), storable(dynamicKey));
}

function joinKey(flowRunId: string, taskKey: string, dynamicKey: string): string {
  return `${flowRunId}\0${taskKey}\0${dynamicKey}`;
}

function latestOfEach(reports: readonly ReportedState[], ids: ReadonlyMap<string, string>) {
  const latest = new Map<string, ReportedState>();
  for (const report of reports) {
    const id = idOf(ids, report);
    const other = latest.get(id);
    if (other === undefined || isLater(report.state, other.state)) latest.set(id, report);
  }
  return latest;
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1;
}

function taskRunRow(id: string, report: ReportedState, now: Timestamp): queries.TaskRunWrite {
  const { flowRunId, taskKey, dynamicKey, state, run } = report;
  return {
    id,
    created: now,
    flow_run_id: flowRunId,
    task_key: storable(taskKey),
    dynamic_key: storable(dynamicKey),
    updated: now,
    name: storable(run.name),
    state_id: state.id,
    state_type: state.type,
    state_name: storable(state.name),
    state_timestamp: state.timestamp,
    run_count: run.runCount,
    flow_run_run_count: run.flowRunRunCount,
    expected_start_time: run.expectedStartTime,
    next_scheduled_start_time: run.nextScheduledStartTime,
    start_time: run.startTime,
    end_time: run.endTime,
    total_run_time: Math.round(run.totalRunTime * microsPerSecond),
    empirical_policy: writeJson(run.empiricalPolicy),
    tags: writeJson(run.tags),
    labels: writeJson(run.labels),
    cache_key: storableOrNull(run.cacheKey),
    cache_expiration: run.cacheExpiration,
    task_version: storableOrNull(run.taskVersion),
    task_inputs: writeJson(run.taskInputs),
  };
}

function stateRow(taskRunId: string, { flowRunId, state }: ReportedState, now: Timestamp): queries.StateWrite {
  return {
    id: state.id,
    created: now,
    type: state.type,
    name: storable(state.name),
    timestamp: state.timestamp,
    message: storableOrNull(state.message),
    state_details: writeJson(detailsOf(taskRunId, flowRunId, state.details)),
    data: writeOptionalJson(state.data),
    task_run_id: taskRunId,
  };
}

function detailsOf(taskRunId: string, flowRunId: string | null, details: Readonly<Record<string, unknown>>) {
  return { ...details, flow_run_id: flowRunId, task_run_id: taskRunId };
}

function valuesIn(taskRunId: string, report: ReportedState): readonly results.ReportedValues[] {
  const { values, state, flowRunId, taskKey, run } = report;
  if (values === undefined) return [];
  return [
    {
      stateId: state.id,
      timestamp: state.timestamp,
      taskRunId,
      flowRunId,
      taskKey,
      flowRunAttempt: run.flowRunRunCount,
      values,
    },
  ];
}
