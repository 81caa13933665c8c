import type { Timeline } from "../api/types.ts";

/** The task or subflow that a row is a run of. Rows with the same answer are gathered, in the timeline and in the graph. */
export function taskOf(source: Timeline, row: number): string {
  const task = source.task_name[row] ?? "";
  return source.child_flow_run_id[row] === null ? task : `flow ${task}`;
}

/** The label of many runs of one task. */
export function groupLabel(source: Timeline, rows: readonly number[]): string {
  return source.task_name[rows[0] ?? 0] ?? "";
}

/**
 * The label of one run: `ingest-lake · airy-gazelle` for a subflow, `fetch` for the only run of a task, `fetch-2` for one of several, and
 * the name that the run was given.
 */
export function runLabel(source: Timeline, row: number): string {
  const task = source.task_name[row] ?? "";
  const name = source.name[row] ?? "";
  const child = source.child_name[row] ?? null;
  if (child !== null) return `${task} · ${child}`;
  return isNumbered(name, task) && runsOfTask(source, row) === 1 ? task : name;
}

function isNumbered(name: string, task: string): boolean {
  return name.startsWith(`${task}-`) && /^(?:\d+|[0-9a-f]{3})$/.test(name.slice(task.length + 1));
}

const counts = new WeakMap<Timeline, ReadonlyMap<string, number>>();

function runsOfTask(source: Timeline, row: number): number {
  let known = counts.get(source);
  if (known === undefined) {
    const made = new Map<string, number>();
    for (const [at] of source.id.entries()) made.set(taskOf(source, at), (made.get(taskOf(source, at)) ?? 0) + 1);
    counts.set(source, made);
    known = made;
  }
  return known.get(taskOf(source, row)) ?? 0;
}
