import type { StateCounts, StateType, Timeline } from "../../api/types.ts";
import { isBad, stateTypeOrder } from "../../states.ts";
import { groupLabel, runLabel, taskOf } from "../task-groups.ts";

/** One line of the timeline: a task run, a subflow that can be opened, or a group of runs of the same task. */
export type TimelineRow = {
  readonly key: string;
  readonly depth: number;
  readonly label: string;
  readonly source: Timeline;
  /** Rows of the source that the line represents: one, or several for a group. */
  readonly members: readonly number[];
  readonly kind: "task" | "subflow" | "group";
  readonly open: boolean;
};

/** So many runs of one task are one line, and fewer where a caller has more lines than fit. */
const manyRuns = 10;
const manyLines = 30;
const fewRuns = 4;

/** Keys of opened lines; the value is the flow run of an opened subflow, or null for a group. */
export type OpenRows = ReadonlyMap<string, string | null>;

export interface RowsInput {
  readonly timeline: Timeline;
  /** Keys of the open lines, with the run of each open subflow. */
  readonly open: OpenRows;
  /** The timelines of opened subflows that have been read. */
  readonly children: ReadonlyMap<string, Timeline>;
  /** Only these runs and their callers have lines, each its own. */
  readonly only?: ShownRuns | undefined;
}

export type ShownRuns = "failed" | "running";

/** Whether a run is one of those. */
export function isAmong(only: ShownRuns, type: StateType | null | undefined): boolean {
  return only === "failed" ? isBad(type) : type === "RUNNING" || type === "CANCELLING";
}

export function timelineRows(input: RowsInput): readonly TimelineRow[] {
  const rows: TimelineRow[] = [];
  addRows(rows, input.timeline, calledByFlow(input.timeline), { ...input, depth: 0, prefix: "" });
  return rows;
}

interface Walk extends RowsInput {
  readonly depth: number;
  readonly prefix: string;
}

/** Adds lines for runs called by one flow run or task run, with their own calls below. */
function addRows(rows: TimelineRow[], source: Timeline, all: readonly number[], walk: Walk): void {
  const { only } = walk;
  const called = only === undefined ? all : all.filter((row) => isShown(source, row, only));
  const gathered = byTask(source, called);
  const least = only === undefined ? leastGathered(called) : Number.POSITIVE_INFINITY;
  const done = new Set<string>();
  for (const row of called) {
    const task = taskOf(source, row);
    const members = gathered.get(task) ?? [row];
    if (members.length < least) {
      addRun(rows, source, row, walk);
      continue;
    }
    if (done.has(task)) continue;
    done.add(task);
    const key = `${walk.prefix}group:${task}`;
    const open = walk.open.has(key);
    rows.push({
      key,
      depth: walk.depth,
      label: groupLabel(source, members),
      source,
      members,
      kind: "group",
      open,
    });
    if (open)
      for (const member of failedFirst(source, members))
        addRun(rows, source, member, { ...walk, depth: walk.depth + 1 });
  }
}

function isShown(source: Timeline, row: number, only: ShownRuns): boolean {
  if (isAmong(only, source.state_type[row])) return true;
  return (
    calledBy(source)
      .get(row)
      ?.some((callee) => isShown(source, callee, only)) ?? false
  );
}

/** Those that failed come first, the others in their order. */
function failedFirst(source: Timeline, members: readonly number[]): readonly number[] {
  const failed = members.filter((row) => isBad(source.state_type[row]));
  return failed.length === 0 ? members : [...failed, ...members.filter((row) => !isBad(source.state_type[row]))];
}

function addRun(rows: TimelineRow[], source: Timeline, row: number, walk: Walk): void {
  const child = source.child_flow_run_id[row] ?? null;
  const key = walk.prefix + keyOf(source, row);
  const open = child !== null && walk.open.has(key);
  rows.push({
    key,
    depth: walk.depth,
    label: runLabel(source, row),
    source,
    members: [row],
    kind: child === null ? "task" : "subflow",
    open,
  });
  const childTimeline = child === null ? undefined : walk.children.get(child);
  const below = { ...walk, depth: walk.depth + 1, prefix: `${key}/` };
  if (open && childTimeline !== undefined) addRows(rows, childTimeline, calledByFlow(childTimeline), below);
  const called = calledBy(source).get(row);
  if (called !== undefined) addRows(rows, source, called, below);
}

const keys = new WeakMap<Timeline, readonly string[]>();

/** What tells a row from all others: its id, and of a task run that stands for a second subflow also the subflow's. */
function keyOf(source: Timeline, row: number): string {
  let known = keys.get(source);
  if (known === undefined) {
    const seen = new Set<string>();
    known = source.id.map((id, at) => {
      const key = seen.has(id) ? `${id}@${source.child_flow_run_id[at]}` : id;
      seen.add(id);
      return key;
    });
    keys.set(source, known);
  }
  return known[row] ?? "";
}

const callers = new WeakMap<Timeline, ReadonlyMap<number | null, readonly number[]>>();

/** Rows by their calling task run (null for the flow itself), in the order of their start. */
function calledBy(source: Timeline): ReadonlyMap<number | null, readonly number[]> {
  const known = callers.get(source);
  if (known !== undefined) return known;
  const made = Map.groupBy(startOrder(source), (row) => source.within[row] ?? null);
  callers.set(source, made);
  return made;
}

function calledByFlow(source: Timeline): readonly number[] {
  return calledBy(source).get(null) ?? [];
}

const orders = new WeakMap<Timeline, readonly number[]>();

/**
 * Rows of a timeline by their start; rows that have not begun come last. Ties are ordered by the number in the name, so that `read-2` comes
 * before `read-10`.
 */
function startOrder(source: Timeline): readonly number[] {
  const known = orders.get(source);
  if (known !== undefined) return known;
  const at = source.id.map((_, row) => source.start[row] ?? Number.MAX_VALUE);
  const number = source.name.map((name) => Number(/\d+$/.exec(name)?.[0] ?? 0));
  const order = source.id
    .map((_, row) => row)
    .sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || (number[a] ?? 0) - (number[b] ?? 0) || a - b);
  orders.set(source, order);
  return order;
}

function byTask(source: Timeline, rows: readonly number[]): ReadonlyMap<string, readonly number[]> {
  return Map.groupBy(rows, (row) => taskOf(source, row));
}

/** How many runs of one task that one caller called are gathered. */
function leastGathered(called: readonly number[]): number {
  return called.length > manyLines ? fewRuns : manyRuns;
}

/** The groups to open so that the task run has a line of its own: those of itself and its callers. */
export function groupsOf(source: Timeline, taskRunId: string): readonly string[] {
  return groupsAt(source, source.id.indexOf(taskRunId), "");
}

function groupsAt(source: Timeline, of: number, within: string): readonly string[] {
  let prefix = within;
  return callersOf(source, of).flatMap((row) => {
    const task = taskOf(source, row);
    const siblings = calledBy(source).get(source.within[row] ?? null) ?? [];
    const group = `${prefix}group:${task}`;
    prefix += `${keyOf(source, row)}/`;
    const members = siblings.filter((sibling) => taskOf(source, sibling) === task);
    return members.length < leastGathered(siblings) ? [] : [group];
  });
}

/** The rows of the calls that lead to a row, itself included. */
function callersOf(source: Timeline, of: number): readonly number[] {
  const path: number[] = [];
  for (let row: number | null = of; row !== null && row >= 0; row = source.within[row] ?? null) path.unshift(row);
  return path;
}

/**
 * The lines to open so that the last of these task runs has one, each of which calls the subflow of the next, and the key of its line once
 * the timelines of the subflows are there.
 */
export function linesAlong(
  path: readonly string[],
  { timeline, children }: Pick<RowsInput, "timeline" | "children">,
): { readonly open: OpenRows; readonly key: string | undefined } {
  const open = new Map<string, string | null>();
  let source = timeline;
  let prefix = "";
  for (const [step, id] of path.entries()) {
    // The last attempt is the one that failed, where a task run stands for a subflow of each.
    const row = source.id.lastIndexOf(id);
    if (row < 0) break;
    for (const group of groupsAt(source, row, prefix)) open.set(group, null);
    const key =
      prefix +
      callersOf(source, row)
        .map((caller) => keyOf(source, caller))
        .join("/");
    if (step === path.length - 1) return { open, key };
    const child = source.child_flow_run_id[row] ?? null;
    const next = child === null ? undefined : children.get(child);
    if (child !== null) open.set(key, child);
    if (next === undefined) break;
    source = next;
    prefix = `${key}/`;
  }
  return { open, key: undefined };
}

/** How many members of a line are in each state. */
export function memberCounts(row: TimelineRow): StateCounts {
  const counts: Record<string, number> = {};
  for (const member of row.members) {
    const type = row.source.state_type[member] ?? "PENDING";
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

/** The state of a group: the most urgent one of its members. */
export function groupState(row: TimelineRow): StateType | null {
  const counts = memberCounts(row);
  return stateTypeOrder.find((type) => (counts[type] ?? 0) > 0) ?? null;
}
