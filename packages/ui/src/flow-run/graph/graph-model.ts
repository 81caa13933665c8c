import type { StateType, Timeline } from "../../api/types.ts";
import { stateTypeOrder } from "../../states.ts";
import { groupLabel, runLabel, taskOf } from "../task-groups.ts";

/** A box of the graph: one task run, or runs of one task with the same place in the graph. */
export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly members: readonly number[];
  readonly state: StateType | null;
  /** The enclosing box: that of the task runs that called these. */
  readonly within: string | undefined;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** More boxes are neither readable nor quick to lay out. */
const maxNodes = 300;
/** An opened group of at most this many becomes boxes; a larger one shows its runs as cells. */
export const maxOpened = 24;
/** Height of a box with one line, in pixels. */
export const nodeHeight = 34;

/**
 * The graph of a timeline. Runs of the same task whose inputs come from the same groups share a box, so that a map over a thousand items is
 * one; if that leaves too many boxes, all runs of the same task share one.
 */
export function graphOf(timeline: Timeline, opened: ReadonlySet<string>): Graph {
  const byPlace = grouped(timeline, places(timeline), opened);
  if (byPlace.nodes.length <= maxNodes) return byPlace;
  const tasks = timeline.id.map((_, row) => taskOf(timeline, row));
  return grouped(timeline, tasks, opened);
}

/** A name for the place of each row: its task and the places of its dependencies. */
function places(timeline: Timeline): readonly string[] {
  const names = new Map<string, string>();
  const place: string[] = [];
  for (const row of dependencyOrder(timeline)) {
    const parents = new Set((timeline.parents[row] ?? []).map((parent) => place[parent] ?? ""));
    const whole = `${taskOf(timeline, row)}(${[...parents].sort().join(",")})`;
    // Names would grow with the depth of the graph, so each is abbreviated.
    const short = names.get(whole) ?? `p${names.size}`;
    names.set(whole, short);
    place[row] = short;
  }
  return place;
}

/** Rows after their dependencies. Circular dependencies are left out. */
function dependencyOrder(timeline: Timeline): readonly number[] {
  const waiting = timeline.parents.map((parents) => parents.length);
  const children: number[][] = timeline.id.map(() => []);
  timeline.parents.forEach((parents, row) => {
    for (const parent of parents) children[parent]?.push(row);
  });
  const order = timeline.id.map((_, row) => row).filter((row) => waiting[row] === 0);
  for (let at = 0; at < order.length; at += 1) {
    for (const child of children[order[at] ?? -1] ?? []) {
      waiting[child] = (waiting[child] ?? 0) - 1;
      if (waiting[child] === 0) order.push(child);
    }
  }
  if (order.length < timeline.id.length) {
    const placed = new Set(order);
    for (let row = 0; row < timeline.id.length; row += 1) if (!placed.has(row)) order.push(row);
  }
  return order;
}

function grouped(timeline: Timeline, groupOf: readonly string[], opened: ReadonlySet<string>): Graph {
  const nodeOf: string[] = [];
  const nodes: GraphNode[] = [];
  for (const level of levels(timeline)) {
    const within = (row: number) => nodeOf[timeline.within[row] ?? -1];
    const members = Map.groupBy(level, (row) => nameWithin(groupOf[row] ?? "", within(row)));
    for (const [group, rows] of members) {
      const apart = opened.has(group) && rows.length <= maxOpened;
      for (const part of apart ? rows.map((row) => [row]) : [rows]) {
        const first = part[0] ?? 0;
        const id = apart ? `${group}:${first}` : group;
        const [label, state] = [labelOf(timeline, part), stateOf(timeline, part)];
        nodes.push({ id, label, members: part, state, within: within(first) });
        for (const row of part) nodeOf[row] = id;
      }
    }
  }
  return { nodes, edges: edgesOf(timeline, nodeOf, nodes) };
}

function nameWithin(group: string, box: string | undefined): string {
  return box === undefined ? group : `${group}@${box}`;
}

/** Rows by depth of calls: first those that the flow called. */
function levels(timeline: Timeline): readonly (readonly number[])[] {
  const depths: number[] = [];
  const found: number[][] = [];
  for (let row = 0; row < timeline.id.length; row += 1) {
    const caller = timeline.within[row] ?? null;
    const depth = caller === null ? 0 : (depths[caller] ?? 0) + 1;
    depths[row] = depth;
    const level = found[depth] ?? [];
    level.push(row);
    found[depth] = level;
  }
  return found;
}

/** One arrow per dependency. Boxes inside another need no arrow to it. */
function edgesOf(timeline: Timeline, nodeOf: readonly string[], nodes: readonly GraphNode[]): readonly GraphEdge[] {
  const boxOf = new Map(nodes.map(({ id, within }) => [id, within]));
  const isWithin = (inner: string, outer: string) => {
    for (let box = boxOf.get(inner); box !== undefined; box = boxOf.get(box)) if (box === outer) return true;
    return false;
  };
  const edges = new Map<string, GraphEdge>();
  for (let row = 0; row < timeline.id.length; row += 1) {
    const to = nodeOf[row] ?? "";
    for (const parent of timeline.parents[row] ?? []) {
      const from = nodeOf[parent] ?? "";
      if (from !== to && !isWithin(from, to) && !isWithin(to, from)) edges.set(`${from}>${to}`, { from, to });
    }
  }
  return [...edges.values()];
}

function labelOf(timeline: Timeline, rows: readonly number[]): string {
  return rows.length === 1 ? runLabel(timeline, rows[0] ?? 0) : groupLabel(timeline, rows);
}

function stateOf(timeline: Timeline, rows: readonly number[]): StateType | null {
  const types = new Set(rows.map((row) => timeline.state_type[row] ?? null));
  return stateTypeOrder.find((type) => types.has(type)) ?? null;
}
