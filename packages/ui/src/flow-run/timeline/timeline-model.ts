import { stateNames } from "@ostinato/core";
import type { StateCounts, StateType, Timeline } from "../../api/types.ts";
import { isFinal, stateTypeOrder } from "../../states.ts";
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
function addRows(rows: TimelineRow[], source: Timeline, called: readonly number[], walk: Walk): void {
  const gathered = byTask(source, called);
  const least = leastGathered(called);
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
    if (open) for (const member of members) addRun(rows, source, member, { ...walk, depth: walk.depth + 1 });
  }
}

function addRun(rows: TimelineRow[], source: Timeline, row: number, walk: Walk): void {
  const id = source.id[row] ?? "";
  const child = source.child_flow_run_id[row] ?? null;
  const key = walk.prefix + id;
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
  const path: number[] = [];
  for (
    let row: number | null = source.id.indexOf(taskRunId);
    row !== null && row >= 0;
    row = source.within[row] ?? null
  )
    path.unshift(row);
  let prefix = "";
  return path.flatMap((row) => {
    const task = taskOf(source, row);
    const siblings = calledBy(source).get(source.within[row] ?? null) ?? [];
    const group = `${prefix}group:${task}`;
    prefix += `${source.id[row]}/`;
    const members = siblings.filter((sibling) => taskOf(source, sibling) === task);
    return members.length < leastGathered(siblings) ? [] : [group];
  });
}

/** A phase of one line, in milliseconds. */
export interface Spell {
  readonly from: number;
  readonly to: number;
  readonly type: StateType;
  readonly name: string;
  /** Whether an attempt ended in a failure that was retried. */
  readonly failed: boolean;
}

const spellsOf = new WeakMap<Timeline, Map<number, readonly Spell[]>>();

/** The phases of a run: waiting, attempts, pauses. */
export function spells(source: Timeline, row: number, now: number): readonly Spell[] {
  const origin = Date.parse(source.origin);
  const type = source.state_type[row] ?? "PENDING";
  const end = absolute(source.end[row], origin) ?? now;
  const recorded = segmentsByRow(source).get(row);
  if (recorded !== undefined) {
    return recorded.map((spell, index) => {
      const next = recorded[index + 1];
      const retried =
        spell.type === "RUNNING" &&
        next !== undefined &&
        (next.name === stateNames.awaitingRetry || next.type === "FAILED");
      return {
        ...spell,
        to: next?.from ?? Math.max(spell.from, isFinal(spell.type) ? spell.from : end),
        failed: retried,
      };
    });
  }
  const expected = absolute(source.expected[row], origin);
  const start = absolute(source.start[row], origin);
  const found: Spell[] = [];
  if (expected !== null && (start === null || start - expected > 1)) {
    found.push({
      from: expected,
      to: start ?? (isFinal(type) ? expected : now),
      type: start === null ? type : "PENDING",
      name: "",
      failed: false,
    });
  }
  if (start !== null)
    found.push({ from: start, to: end, type: isFinal(type) ? "RUNNING" : type, name: "", failed: false });
  return found;
}

function segmentsByRow(source: Timeline): Map<number, readonly Spell[]> {
  const known = spellsOf.get(source);
  if (known !== undefined) return known;
  const origin = Date.parse(source.origin);
  const found = new Map<number, Spell[]>();
  for (const [row, seconds, type, name] of source.segments) {
    const from = origin + seconds * 1000;
    const spell: Spell = { from, to: from, type, name, failed: false };
    const list = found.get(row);
    if (list === undefined) found.set(row, [spell]);
    else list.push(spell);
  }
  for (const list of found.values()) list.sort((a, b) => a.from - b.from);
  spellsOf.set(source, found);
  return found;
}

/** The span of the whole timeline. */
export function timelineSpan(source: Timeline, now: number): { readonly from: number; readonly to: number } {
  const origin = Date.parse(source.origin);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < source.id.length; row += 1) {
    const start = absolute(source.start[row] ?? source.expected[row], origin);
    if (start === null) continue;
    if (start < from) from = start;
    const end = absolute(source.end[row], origin) ?? (isFinal(source.state_type[row]) ? start : now);
    if (end > to) to = end;
  }
  if (from === Number.POSITIVE_INFINITY) return { from: origin, to: Math.max(now, origin + 1000) };
  return { from, to: Math.max(to, from + 1) };
}

/** The number of running members in each slice of a span, and whether one failed in it. */
export function density(
  row: TimelineRow,
  span: { readonly from: number; readonly to: number },
  slices: number,
  now: number,
) {
  const { source } = row;
  const origin = Date.parse(source.origin);
  const change = new Float64Array(slices + 1);
  const failed = new Uint8Array(slices);
  const scale = slices / (span.to - span.from);
  for (const member of row.members) {
    const start = absolute(source.start[member], origin);
    if (start === null) continue;
    const type = source.state_type[member] ?? null;
    const end = absolute(source.end[member], origin) ?? (isFinal(type) ? start : now);
    if (end < span.from || start > span.to) continue;
    const first = Math.max(0, Math.floor((start - span.from) * scale));
    // The end is exclusive: a run that follows at once does not overlap.
    const last = Math.min(slices - 1, Math.max(first, Math.ceil((end - span.from) * scale) - 1));
    if (last < 0 || first >= slices) continue;
    change[first] = (change[first] ?? 0) + 1;
    change[last + 1] = (change[last + 1] ?? 0) - 1;
    if (type === "FAILED" || type === "CRASHED") failed[last] = 1;
  }
  for (let slice = 1; slice <= slices; slice += 1) change[slice] = (change[slice] ?? 0) + (change[slice - 1] ?? 0);
  return { running: change.subarray(0, slices), failed };
}

function memberCounts(row: TimelineRow): StateCounts {
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

/** The start and end of a line, for its duration; a group spans all of its members. */
export function rowSpan(row: TimelineRow): { readonly start: number | null; readonly end: number | null } {
  const origin = Date.parse(row.source.origin);
  let start: number | null = null;
  let end: number | null = null;
  let open = false;
  for (const member of row.members) {
    const from = absolute(row.source.start[member], origin);
    const to = absolute(row.source.end[member], origin);
    if (from !== null && (start === null || from < start)) start = from;
    if (to === null) open ||= !isFinal(row.source.state_type[member]);
    else if (end === null || to > end) end = to;
  }
  return { start, end: open ? null : end };
}

function absolute(seconds: number | null | undefined, origin: number): number | null {
  return seconds === null || seconds === undefined ? null : origin + seconds * 1000;
}
