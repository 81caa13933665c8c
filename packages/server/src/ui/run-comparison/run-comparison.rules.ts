import { isTerminal, microsPerSecond } from "@ostinato/core";
import type { RunComparison, TaskOfRun, Timeline, ValuePreview } from "@ostinato/protocol";

export interface ComparedTasks {
  readonly timeline: Timeline;
  /** Previews of results by task run. */
  readonly results: ReadonlyMap<string, ValuePreview>;
}

interface Named extends TaskOfRun {
  readonly name: string;
  readonly is_subflow: boolean;
}

/** The tasks of two runs by name; a task that only one of them called has null for the other. */
export function comparedTasks(a: ComparedTasks, b: ComparedTasks): RunComparison["tasks"] {
  const [ofA, ofB] = [tasksOf(a), tasksOf(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])].map((key) => {
    const [one, other] = [ofA.get(key), ofB.get(key)];
    return {
      name: (one ?? other)?.name ?? "",
      is_subflow: (one ?? other)?.is_subflow ?? false,
      a: one === undefined ? null : withoutName(one),
      b: other === undefined ? null : withoutName(other),
      same_result: sameResult(one?.result ?? null, other?.result ?? null),
    };
  });
}

function withoutName({ name: _name, is_subflow: _isSubflow, ...task }: Named): TaskOfRun {
  return task;
}

function tasksOf({ timeline, results }: ComparedTasks): ReadonlyMap<string, Named> {
  const rows = Map.groupBy(timeline.id.keys(), (row) => keyOf(timeline, row));
  return new Map([...rows].map(([key, members]) => [key, taskOf(timeline, members, results)]));
}

function keyOf(timeline: Timeline, row: number): string {
  return `${isSubflow(timeline, row) ? "flow" : "task"} ${timeline.task_name[row]}`;
}

function isSubflow(timeline: Timeline, row: number): boolean {
  return (timeline.child_flow_run_id[row] ?? null) !== null;
}

function taskOf(timeline: Timeline, members: readonly number[], results: ComparedTasks["results"]): Named {
  const first = members[0] ?? 0;
  const onlyId = members.length === 1 ? (timeline.id[first] ?? null) : null;
  return {
    name: timeline.task_name[first] ?? "",
    is_subflow: isSubflow(timeline, first),
    count: members.length,
    states: statesOf(timeline, members),
    took: tookOf(timeline, members),
    task_run_id: onlyId,
    result: onlyId === null ? null : (results.get(onlyId) ?? null),
  };
}

function statesOf(timeline: Timeline, members: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of members) {
    const type = timeline.state_type[row] ?? "PENDING";
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

function tookOf(timeline: Timeline, members: readonly number[]): number | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const row of members) {
    const start = timeline.start[row] ?? null;
    if (start === null) continue;
    const type = timeline.state_type[row] ?? null;
    const end = timeline.end[row] ?? (type !== null && isTerminal(type) ? start : null);
    if (end === null) return null;
    from = Math.min(from, start);
    to = Math.max(to, end);
  }
  return from === Number.POSITIVE_INFINITY ? null : Math.round((to - from) * microsPerSecond) / microsPerSecond;
}

/** What is cut off from a preview may differ. */
function sameResult(one: ValuePreview | null, other: ValuePreview | null): boolean | null {
  if (one === null || other === null) return null;
  if (one.kind !== other.kind || one.size_bytes !== other.size_bytes) return false;
  if (JSON.stringify(one.value) !== JSON.stringify(other.value)) return false;
  const isWhole = !one.truncated && !other.truncated && !hidden.has(one.kind);
  return isWhole ? true : null;
}

/** Kinds of which the preview does not show the value. */
const hidden: ReadonlySet<string> = new Set(["secret", "unserializable", "bytes"]);
