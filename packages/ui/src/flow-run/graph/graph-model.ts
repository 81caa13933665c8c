import type { StateType, Timeline } from "../../api/types.ts";
import { stateTypeOrder } from "../../states.ts";
import { baseName } from "../timeline/timeline-model.ts";

/** A box of the graph: one task run, or runs of one task that have the same place in the graph. */
export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly members: readonly number[];
  readonly state: StateType | null;
  /** The box in which it is drawn: that of the task runs that called these. */
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

/** More boxes than this are not read by anybody, nor laid out quickly. */
const maxNodes = 300;
/** An opened group of at most this many becomes boxes of its own; a larger one shows its runs as cells. */
export const maxOpened = 24;
/** Pixels of a box that shows one line. */
export const nodeHeight = 34;

/**
 * The graph of a timeline. Runs of the same task whose inputs come from the same groups are one box, so that a map over a
 * thousand items is one; where that leaves too many boxes, runs of the same task are one box wherever they stand.
 */
export function graphOf(timeline: Timeline, opened: ReadonlySet<string>): Graph {
  const byPlace = grouped(timeline, places(timeline), opened);
  if (byPlace.nodes.length <= maxNodes) return byPlace;
  return grouped(timeline, timeline.task_key, opened);
}

/** For each row, a name of its place: its task and the places of what it depends on. */
function places(timeline: Timeline): readonly string[] {
  const names = new Map<string, string>();
  const place: string[] = [];
  for (const row of dependencyOrder(timeline)) {
    const parents = new Set((timeline.parents[row] ?? []).map((parent) => place[parent] ?? ""));
    const whole = `${timeline.task_key[row]}(${[...parents].sort().join(",")})`;
    // Names grow with the depth of the graph, so each is kept short.
    const short = names.get(whole) ?? `p${names.size}`;
    names.set(whole, short);
    place[row] = short;
  }
  return place;
}

/** Rows with what they depend on before them. A dependency that points in a circle is left out. */
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

/** Rows by how many task runs they were called in: those that the flow called first. */
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

/** An arrow for each dependency, once. A box within another does not point at it: that it stands there says it. */
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
  const name = timeline.name[rows[0] ?? 0] ?? "";
  return rows.length === 1 ? name : baseName(name);
}

function stateOf(timeline: Timeline, rows: readonly number[]): StateType | null {
  const types = new Set(rows.map((row) => timeline.state_type[row] ?? null));
  return stateTypeOrder.find((type) => types.has(type)) ?? null;
}
