import { calledAfter, stateNames, taskNameOf } from "@ostinato/core";
import type { FlowRunRow, TaskRun, Timeline } from "../../api/types.ts";
import { type Columns, columnNames, copied } from "../timeline-columns.ts";

/** The input in which a task run names its calling task run. */
export const calledIn = "__parents__";

/** A timeline with changed task runs: known rows change in place, new ones are added at the end. */
export function withTaskRuns(timeline: Timeline, runs: readonly TaskRun[]): Timeline {
  const next = copied(timeline);
  const rowOf = rowIndex(timeline);
  const origin = Date.parse(timeline.origin);
  for (const run of runs) {
    let row = rowOf.get(run.id);
    if (row === undefined) {
      row = next.id.length;
      rowOf.set(run.id, row);
      next.id[row] = run.id;
      next.task_key[row] = run.task_key;
      next.child_flow_run_id[row] = null;
      next.child_name[row] = null;
      next.attempt[row] = Math.max(1, run.flow_run_run_count);
      next.first_attempt[row] = Math.max(1, run.flow_run_run_count);
      next.parents[row] = [];
      next.after[row] = [];
      next.within[row] = null;
      next.total += 1;
    }
    const before = next.state_name[row];
    next.name[row] = run.name;
    if ((next.child_name[row] ?? null) === null) next.task_name[row] = taskNameOf(run);
    next.state_type[row] = run.state_type;
    next.state_name[row] = run.state_name;
    next.expected[row] = offset(run.expected_start_time, origin);
    next.start[row] = offset(run.start_time, origin);
    next.end[row] = offset(run.end_time, origin);
    next.run_count[row] = run.run_count;
    next.child_flow_run_id[row] = run.state?.state_details.child_flow_run_id ?? next.child_flow_run_id[row] ?? null;
    const parents = parentRows(run, rowOf);
    if (parents.length > 0) next.parents[row] = parents;
    next.after[row] = calledAfter(run.labels).flatMap((id) => rowOf.get(id) ?? []);
    next.within[row] = callerRow(run, row, rowOf) ?? next.within[row] ?? null;
    if (before !== undefined && before !== run.state_name) addSegment(next, row, run, origin);
  }
  return next;
}

/** A timeline in which the lines of subflows have the subflows' own states and times. */
export function withSubflows(timeline: Timeline, runs: readonly FlowRunRow[]): Timeline {
  const rowOf = rowIndex(timeline);
  const known = runs.filter(({ parent_task_run_id }) => rowOf.has(parent_task_run_id ?? ""));
  if (known.length === 0) return timeline;
  const next = copied(timeline);
  const origin = Date.parse(timeline.origin);
  for (const run of known) {
    const row = rowOfSubflow(next, run, rowOf);
    next.child_flow_run_id[row] = run.id;
    // One that is run again is run again by the next attempt.
    next.attempt[row] = Math.max(next.attempt[row] ?? 1, (next.first_attempt[row] ?? 1) + run.run_count - 1);
    next.child_name[row] = run.name;
    next.task_name[row] = run.flow_name;
    next.state_type[row] = run.state_type;
    next.state_name[row] = run.state_name;
    next.start[row] = offset(run.start_time, origin);
    next.end[row] = offset(run.end_time, origin);
  }
  return next;
}

/**
 * The row of a subflow, which is that of the task run that stands for it. A retried flow of Prefect's client calls a subflow by the task run
 * of the attempt before: then it has a row of its own.
 */
function rowOfSubflow(next: Columns, run: FlowRunRow, rowOf: ReadonlyMap<string, number>): number {
  const row = rowOf.get(run.parent_task_run_id ?? "") ?? 0;
  const child = next.child_flow_run_id[row] ?? null;
  if (child === null || child === run.id) return row;
  const own = next.child_flow_run_id.indexOf(run.id);
  if (own >= 0) return own;
  const added = next.id.length;
  for (const name of columnNames) {
    const column: unknown[] = next[name];
    column[added] = column[row];
  }
  next.attempt[added] = (next.attempt[row] ?? 1) + 1;
  next.first_attempt[added] = next.attempt[added];
  return added;
}

const indexes = new WeakMap<Timeline, Map<string, number>>();

/** Row by id, cached per timeline. */
export function rowIndex(timeline: Timeline): Map<string, number> {
  const known = indexes.get(timeline);
  if (known !== undefined) return new Map(known);
  const made = new Map(timeline.id.map((id, row) => [id, row]));
  indexes.set(timeline, made);
  return new Map(made);
}

function addSegment(columns: Columns, row: number, run: TaskRun, origin: number): void {
  const worthy = run.run_count > 1 || run.state_name === stateNames.awaitingRetry || run.state_type === "PAUSED";
  if (!worthy || run.state === null || run.state_type === null) return;
  columns.segments.push([row, offset(run.state.timestamp, origin) ?? 0, run.state_type, run.state_name ?? ""]);
}

/** The task runs from which the arguments came. */
function parentRows(run: TaskRun, rowOf: ReadonlyMap<string, number>): number[] {
  const { [calledIn]: _, ...inputs } = run.task_inputs;
  return [...new Set(Object.values(inputs).flat().flatMap(taskRunIds))].flatMap((id) => rowOf.get(id) ?? []);
}

/** The calling task run; as on the server, only an earlier row counts. */
function callerRow(run: TaskRun, row: number, rowOf: ReadonlyMap<string, number>): number | undefined {
  return (run.task_inputs[calledIn] ?? [])
    .flatMap(taskRunIds)
    .flatMap((id) => rowOf.get(id) ?? [])
    .findLast((caller) => caller < row);
}

function taskRunIds(input: TaskRun["task_inputs"][string][number]): readonly string[] {
  return "id" in input && input.input_type !== "flow_run" ? [input.id] : [];
}

function offset(time: string | null, origin: number): number | null {
  return time === null ? null : (Date.parse(time) - origin) / 1000;
}
