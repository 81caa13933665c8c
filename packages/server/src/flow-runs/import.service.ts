import {
  formatTimestamp,
  noTimes,
  type RunTimes,
  type Timestamp,
  timeOrderedId,
  timesAfter,
  toTimestamp,
} from "@ostinato/core";
import type { BodyOf, ImportedFlowRun, importFlowRuns } from "@ostinato/protocol";
import { storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { invalid } from "../kernel/errors.ts";
import { keptName } from "../kernel/indexed-text.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { stateColumnsOfRun } from "../orchestration/state.rows.ts";
import { proposalOf, type RunState } from "../orchestration/state.ts";
import { completeFlowRunPolicy, type FlowRunRow } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import { parametersText } from "./parameters.service.ts";

/** Keeps flow runs that happened elsewhere. Rules are not asked: the states are history. */
export async function importRuns(
  context: Context,
  { flow_runs }: BodyOf<typeof importFlowRuns>,
): Promise<{ created: number; existing: number }> {
  const now = context.clock.now();
  const runs = flow_runs.map((run, index) => history(run, { now, place: ["body", "flow_runs", index] }));
  const created = await unit(context, (unit) => insertMissing(unit, runs));
  return { created, existing: runs.length - created };
}

interface History {
  readonly row: FlowRunRow;
  readonly states: readonly RunState[];
}

/** Gives how many were missing. */
async function insertMissing({ tx, changed }: Unit, runs: readonly History[]): Promise<number> {
  const known = new Set(
    (
      await queries.flowRunsByIds(
        tx,
        runs.map(({ row }) => row.id),
      )
    ).map(({ id }) => id),
  );
  const missing = runs.filter(({ row }, index) => !known.has(row.id) && firstWithId(runs, row.id) === index);
  for (const { row, states } of missing) {
    await queries.insertFlowRun(tx, row);
    for (const state of states) await queries.insertFlowRunState(tx, row.id, state);
  }
  changed(
    "flow-run",
    missing.map(({ row }) => row),
  );
  return missing.length;
}

function firstWithId(runs: readonly History[], id: string): number {
  return runs.findIndex(({ row }) => row.id === id);
}

interface Reading {
  readonly now: Timestamp;
  readonly place: readonly (string | number)[];
}

function history(given: ImportedFlowRun, { now, place }: Reading): History {
  const states: RunState[] = [];
  let times: RunTimes = noTimes;
  for (const [index, { id, timestamp: moment, ...state }] of given.states.entries()) {
    const timestamp = toTimestamp(moment);
    const previous = states.at(-1) ?? null;
    const problem = problemWith(timestamp, previous, now);
    if (problem !== undefined) {
      throw invalid([
        { type: "timestamp", loc: [...place, "states", index, "timestamp"], msg: problem, input: moment },
      ]);
    }
    const next = { ...proposalOf(state, timestamp), id: id?.toLowerCase() ?? timeOrderedId(timestamp), timestamp };
    const run_count = times.run_count + (next.type === "RUNNING" ? 1 : 0);
    times = { ...timesAfter(times, previous, next), run_count };
    states.push(next);
  }
  return { row: rowOf(given, states, times), states };
}

function problemWith(timestamp: Timestamp, previous: RunState | null, now: Timestamp): string | undefined {
  if (timestamp > now) return "A state that was can't lie in the future";
  if (previous === null || timestamp > previous.timestamp) return undefined;
  return `States come oldest first: the one before is of ${formatTimestamp(previous.timestamp)}`;
}

function rowOf(given: ImportedFlowRun, states: readonly RunState[], times: RunTimes): FlowRunRow {
  const [first] = states;
  const last = states.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("A run that happened has states");
  return {
    id: given.id.toLowerCase(),
    created: first.timestamp,
    updated: last.timestamp,
    name: storable(keptName(given.name)),
    flow_id: given.flow_id.toLowerCase(),
    flow_version: given.flow_version ?? null,
    parameters: parametersText(given.parameters ?? {}),
    idempotency_key: null,
    context: "{}",
    empirical_policy: writeJson(completeFlowRunPolicy({})),
    tags: writeJson([...new Set(given.tags ?? [])]),
    labels: writeJson({ "prefect.flow.id": given.flow_id.toLowerCase(), ...given.labels }),
    auto_scheduled: 0,
    deployment_id: null,
    deployment_version: null,
    parent_task_run_id: given.parent_task_run_id?.toLowerCase() ?? null,
    infrastructure_document_id: null,
    infrastructure_pid: null,
    work_queue_id: null,
    work_queue_name: null,
    work_pool_id: null,
    work_pool_name: null,
    created_by: null,
    job_variables: null,
    priority: 0,
    worker_id: null,
    worker_name: null,
    ...times,
    ...stateColumnsOfRun(last),
  };
}
