import type { StateType, Timeline } from "../../api/types.ts";
import { stateTypeOrder } from "../../states.ts";
import { groupLabel, runLabel, taskOf } from "../task-groups.ts";

/** A box of the graph: one task run, one subflow, or runs of one task with the same place in the graph. */
export interface GraphNode {
  readonly id: string;
  /** What opens and closes it: the task run of a subflow, or the group. */
  readonly key: string;
  readonly label: string;
  readonly kind: "task" | "subflow" | "group";
  readonly source: Timeline;
  readonly members: readonly number[];
  readonly state: StateType | null;
  /** Whether it shows what is in it. */
  readonly open: boolean;
  /** The flow run of a subflow. */
  readonly childFlowRunId: string | undefined;
  /** The enclosing box: an open group, an open subflow, or the task run that called these. */
  readonly within: string | undefined;
}

/** A value that passed from one to the other, or only the order: the flow waited for one before it called the other. */
export type EdgeKind = "value" | "order";

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphInput {
  readonly timeline: Timeline;
  /** The keys of the open boxes. */
  readonly open: ReadonlySet<string>;
  /** The timelines of open subflows that have been read. */
  readonly children: ReadonlyMap<string, Timeline>;
}

/** More boxes are neither readable nor quick to lay out. */
const maxNodes = 300;
/** An open group of at most this many shows its runs as boxes; a larger one shows them as cells. */
const maxOpened = 24;

/** Whether an open box shows its runs as cells. */
export function hasCells(node: GraphNode): boolean {
  return node.kind === "group" && node.open && node.members.length > maxOpened;
}

/**
 * The graph of a timeline and of its open subflows. Runs of the same task whose inputs come from the same groups share a box, so that a map
 * over a thousand items is one; if that leaves too many boxes, all runs of the same task share one.
 */
export function graphOf(input: GraphInput): Graph {
  const graph: { nodes: GraphNode[]; edges: GraphEdge[] } = { nodes: [], edges: [] };
  addTimeline(graph, input, { source: input.timeline, prefix: "", within: undefined });
  return graph;
}

interface Part {
  readonly source: Timeline;
  /** Goes before the names of boxes, which would be those of other timelines otherwise. */
  readonly prefix: string;
  readonly within: string | undefined;
}

function addTimeline(graph: { nodes: GraphNode[]; edges: GraphEdge[] }, input: GraphInput, part: Part): void {
  const byPlace = grouped(part, places(part.source), input);
  const { nodes, edges } = byPlace.nodes.length <= maxNodes ? byPlace : grouped(part, tasksOf(part.source), input);
  graph.nodes.push(...nodes);
  graph.edges.push(...edges);
  for (const node of nodes) {
    const child = node.open && node.childFlowRunId !== undefined ? input.children.get(node.childFlowRunId) : undefined;
    if (child !== undefined) addTimeline(graph, input, { source: child, prefix: `${node.id}/`, within: node.id });
  }
}

function tasksOf(source: Timeline): readonly string[] {
  return source.id.map((_, row) => taskOf(source, row));
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

function grouped(part: Part, groupOf: readonly string[], { open }: GraphInput): Graph {
  const { source } = part;
  const nodeOf: string[] = [];
  const nodes: GraphNode[] = [];
  const add = (rows: readonly number[], id: string, within: string | undefined) => {
    const node = nodeOfRows(source, rows, { id, within, open });
    nodes.push(node);
    for (const row of rows) nodeOf[row] = id;
    return node;
  };
  for (const level of levels(source)) {
    const within = (row: number) => nodeOf[source.within[row] ?? -1] ?? part.within;
    const members = Map.groupBy(level, (row) => nameWithin(part.prefix + (groupOf[row] ?? ""), within(row)));
    for (const [id, rows] of members) {
      const node = add(rows, id, within(rows[0] ?? 0));
      if (node.kind === "group" && node.open && !hasCells(node))
        for (const row of rows) add([row], `${id}:${source.id[row]}`, id);
    }
  }
  return { nodes, edges: edgesOf(source, nodeOf, nodes) };
}

function nodeOfRows(
  source: Timeline,
  rows: readonly number[],
  given: {
    readonly id: string;
    readonly within: string | undefined;
    readonly open: ReadonlySet<string>;
  },
): GraphNode {
  const { id, within, open } = given;
  const first = rows[0] ?? 0;
  const child = rows.length === 1 ? (source.child_flow_run_id[first] ?? undefined) : undefined;
  const key = child === undefined ? id : (source.id[first] ?? id);
  return {
    id,
    key,
    label: rows.length > 1 ? groupLabel(source, rows) : runLabel(source, first),
    kind: rows.length > 1 ? "group" : child === undefined ? "task" : "subflow",
    source,
    members: rows,
    state: stateOf(source, rows),
    open: open.has(key),
    childFlowRunId: child,
    within,
  };
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
  const add = (row: number, parents: readonly number[], kind: EdgeKind) => {
    const to = nodeOf[row] ?? "";
    for (const parent of parents) {
      const from = nodeOf[parent] ?? "";
      const name = `${from}>${to}`;
      if (
        from !== to &&
        !edges.has(name) &&
        !(kind === "order" && edges.has(`${to}>${from}`)) &&
        !isWithin(from, to) &&
        !isWithin(to, from)
      )
        edges.set(name, { from, to, kind });
    }
  };
  for (const [row, parents] of timeline.parents.entries()) add(row, parents, "value");
  for (const [row, before] of timeline.after.entries()) add(row, before, "order");
  return [...edges.values()];
}

function stateOf(timeline: Timeline, rows: readonly number[]): StateType | null {
  const types = new Set(rows.map((row) => timeline.state_type[row] ?? null));
  return stateTypeOrder.find((type) => types.has(type)) ?? null;
}
