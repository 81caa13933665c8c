import type { EdgeKind } from "./graph-model.ts";

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
}

interface Nested {
  readonly id: string;
  readonly within?: string | undefined;
}

/** Arrows by the box in which both of their ends stand: an arrow between two frames leads from frame to frame. */
export function edgesByLevel(
  nodes: readonly Nested[],
  edges: readonly LayoutEdge[],
): ReadonlyMap<string | undefined, readonly LayoutEdge[]> {
  const boxOf = new Map(nodes.map(({ id, within }) => [id, within]));
  const levels = new Map<string | undefined, Map<string, LayoutEdge>>();
  for (const edge of edges) {
    const meeting = meetingOf(pathTo(edge.from, boxOf), pathTo(edge.to, boxOf));
    if (meeting === undefined) continue;
    const { box, from, to } = meeting;
    const level = levels.get(box) ?? new Map<string, LayoutEdge>();
    levels.set(box, level);
    const name = `${from}>${to}`;
    if (level.get(name)?.kind !== "value") level.set(name, { from, to, kind: edge.kind });
  }
  return new Map([...levels].map(([box, level]) => [box, withoutDetours([...level.values()])]));
}

/** The boxes around a box from the outermost to itself. */
function pathTo(id: string, boxOf: ReadonlyMap<string, string | undefined>): readonly string[] {
  const path: string[] = [];
  for (let box: string | undefined = id; box !== undefined; box = boxOf.get(box)) path.unshift(box);
  return path;
}

function meetingOf(one: readonly string[], other: readonly string[]) {
  const at = one.findIndex((box, depth) => box !== other[depth]);
  const [from, to] = [one[at], other[at]];
  if (from === undefined || to === undefined) return undefined;
  return { box: at === 0 ? undefined : one[at - 1], from, to };
}

/** Walking more arrows than this takes longer than the few left out are worth. */
const maxWalked = 1500;

/** Leaves out the order of two boxes where other arrows lead from one to the other anyway. */
function withoutDetours(edges: readonly LayoutEdge[]): readonly LayoutEdge[] {
  if (edges.length > maxWalked || edges.every(({ kind }) => kind === "value")) return edges;
  const next = Map.groupBy(edges, ({ from }) => from);
  const leadsElsewhere = (edge: LayoutEdge) => {
    const todo = (next.get(edge.from) ?? []).filter(({ to }) => to !== edge.to).map(({ to }) => to);
    const seen = new Set(todo);
    for (const at of todo) {
      if (at === edge.to) return true;
      for (const { to } of next.get(at) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        todo.push(to);
      }
    }
    return false;
  };
  return edges.filter((edge) => edge.kind === "value" || !leadsElsewhere(edge));
}

/** The parts of a graph that arrows connect, each in the order of the ids. */
export function componentsOf(ids: readonly string[], edges: readonly LayoutEdge[]): readonly (readonly string[])[] {
  const rootOf = new Map(ids.map((id) => [id, id]));
  const find = (id: string): string => {
    let root = id;
    for (let above = rootOf.get(root); above !== undefined && above !== root; above = rootOf.get(root)) root = above;
    rootOf.set(id, root);
    return root;
  };
  for (const { from, to } of edges) rootOf.set(find(to), find(from));
  return [...Map.groupBy(ids, find).values()];
}
