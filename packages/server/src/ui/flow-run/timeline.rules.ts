import {
  calledAfterInJson,
  formatTimestamp,
  type StateType,
  secondsBetween,
  type Timestamp,
  taskNameOf,
} from "@ostinato/core";
import type { Timeline } from "@ostinato/protocol";

export interface TimelineTask {
  readonly id: string;
  readonly name: string;
  readonly task_key: string;
  readonly dynamic_key: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly expected_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
  readonly run_count: number;
  /** Microseconds, without the present period of running. */
  readonly total_run_time: number;
  /** JSON as it is kept. */
  readonly task_inputs: string;
  /** JSON as it is kept. */
  readonly labels: string;
  readonly child_flow_run_id: string | null;
  readonly child_name: string | null;
  readonly child_flow_name: string | null;
  /** As the client counts it: from 1, or 0 where it does not count. */
  readonly flow_run_attempt: number;
  /** When the subflow came to its present state. */
  readonly child_changed: Timestamp | null;
}

/** A state of a task run, or of a subflow. */
export interface TimelineSegment {
  readonly run_id: string;
  readonly timestamp: Timestamp;
  readonly type: StateType;
  readonly name: string;
}

export interface TimelineSource {
  /** When the flow run began, or was created. */
  readonly begin: Timestamp;
  /** When each attempt of the flow run began. */
  readonly attempts: readonly Timestamp[];
  readonly tasks: readonly TimelineTask[];
  readonly segments: readonly TimelineSegment[];
  readonly total: number;
}

/** Rows turned into columns: a third of the bytes, and nothing to walk over but arrays of one type. */
export function timeline({ begin, attempts, tasks, segments, total }: TimelineSource): Timeline {
  const index = new Map(tasks.map(({ id }, position) => [id, position]));
  const rowOfRun = new Map(tasks.map(({ id, child_flow_run_id }, position) => [child_flow_run_id ?? id, position]));
  const origin = earliest(begin, tasks);
  const seconds = (moment: Timestamp | null) => (moment === null ? null : secondsBetween(origin, moment));
  return {
    origin: formatTimestamp(origin),
    attempt_starts: attempts.map((start) => secondsBetween(origin, start)),
    total,
    truncated: total > tasks.length,
    id: tasks.map(({ id }) => id),
    name: tasks.map(({ name }) => name),
    task_key: tasks.map(({ task_key }) => task_key),
    task_name: tasks.map((task) => task.child_flow_name ?? taskNameOf(task)),
    state_type: tasks.map(({ state_type }) => state_type),
    state_name: tasks.map(({ state_name }) => state_name),
    expected: tasks.map((task) => seconds(task.expected_start_time)),
    start: tasks.map((task) => seconds(task.start_time)),
    end: tasks.map((task) => seconds(task.end_time)),
    run_count: tasks.map(({ run_count }) => run_count),
    attempt: tasks.map((task) => attemptAt(task, attempts, task.child_changed)),
    first_attempt: tasks.map((task) => attemptAt(task, attempts, task.expected_start_time)),
    parents: tasks.map((task) => parentsOf(task, index)),
    after: tasks.map(({ labels }) => calledAfterInJson(labels).flatMap((id) => index.get(id) ?? [])),
    within: tasks.map((task, row) => callerOf(task, row, index)),
    child_flow_run_id: tasks.map(({ child_flow_run_id }) => child_flow_run_id),
    child_name: tasks.map(({ child_name }) => child_name),
    segments: segments.flatMap(({ run_id, timestamp, type, name }) => {
      const row = rowOfRun.get(run_id);
      return row === undefined ? [] : [[row, secondsBetween(origin, timestamp), type, name] as const];
    }) as Timeline["segments"],
  };
}

/**
 * The task run that stands for a subflow may be that of several attempts, and so may the subflow, so that times tell the attempt; all of them are the
 * server's.
 */
function attemptAt(task: TimelineTask, attempts: readonly Timestamp[], time: Timestamp | null): number {
  if (task.child_flow_run_id === null || time === null) return Math.max(1, task.flow_run_attempt);
  return Math.max(1, attempts.filter((start) => start <= time).length);
}

/** Nothing is drawn before the origin, whatever the clients' clocks say. */
function earliest(begin: Timestamp, tasks: readonly TimelineTask[]): Timestamp {
  let first = begin;
  for (const { expected_start_time, start_time } of tasks) {
    if (expected_start_time !== null && expected_start_time < first) first = expected_start_time;
    if (start_time !== null && start_time < first) first = start_time;
  }
  return first;
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** The input under which a task run names the task run that it was called in. */
const calledIn = /"__parents__":\s*(\[[^\]]*\])/;

/** Any id of another row that the inputs name is a dependency. Reading the JSON as text takes a tenth of parsing it. */
function parentsOf(task: TimelineTask, index: ReadonlyMap<string, number>): number[] {
  if (task.task_inputs.length <= 2) return [];
  const inputs = task.task_inputs.includes('"__parents__"') ? task.task_inputs.replace(calledIn, "") : task.task_inputs;
  return rowsNamed(inputs, index).filter((row) => row !== index.get(task.id));
}

/** A caller is recorded before its calls; a later one would make a circle. */
function callerOf(task: TimelineTask, row: number, index: ReadonlyMap<string, number>): number | null {
  if (!task.task_inputs.includes('"__parents__"')) return null;
  const callers = rowsNamed(calledIn.exec(task.task_inputs)?.[1] ?? "", index);
  return callers.filter((caller) => caller < row).at(-1) ?? null;
}

function rowsNamed(text: string, index: ReadonlyMap<string, number>): number[] {
  const rows = new Set<number>();
  for (const [id] of text.matchAll(uuids)) {
    const row = index.get(id.toLowerCase());
    if (row !== undefined) rows.add(row);
  }
  return [...rows];
}
