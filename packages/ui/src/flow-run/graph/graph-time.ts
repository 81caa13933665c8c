import type { Place, Route } from "./graph-blocks.ts";
import type { Layout } from "./graph-layout.ts";
import type { Graph, GraphNode } from "./graph-model.ts";
import { timesOf } from "./node-words.ts";

export interface TimeLayout extends Layout {
  /** How far each box's time reaches: it is at least as wide as its words. */
  readonly spans: ReadonlyMap<string, { readonly x: number; readonly width: number }>;
  readonly scale: { readonly from: number; readonly pixelsPerSecond: number };
}

interface TimeInput {
  readonly graph: Graph;
  readonly sizes: ReadonlyMap<string, { readonly width: number; readonly height: number }>;
  readonly width: number;
  /** Milliseconds since 1970, until which unfinished runs last. */
  readonly now: number;
}

const gap = 8;
const framePadding = 12;
/** The height of the axis above the boxes. */
export const axisHeight = 26;

interface Boxed {
  readonly place: Place;
  readonly below: readonly Place[];
}

/** Boxes along time: each begins where its runs began, in the first line that is free there. */
export function alongTime({ graph, sizes, width, now }: TimeInput): TimeLayout {
  const times = new Map(graph.nodes.map((node) => [node.id, spanOf(node, now)]));
  const known = [...times.values()].filter((span) => span !== undefined);
  const from = known.reduce((first, span) => Math.min(first, span.from), known[0]?.from ?? now);
  const to = known.reduce((last, span) => Math.max(last, span.to), from + 1);
  const widest = Math.max(0, ...graph.nodes.map((node) => sizes.get(node.id)?.width ?? 0));
  // The last box begins where its words still fit.
  const latest = known.reduce((last, span) => Math.max(last, span.from), from + 1);
  const perMs =
    Math.max(1, Math.min(width, width - widest)) / Math.max(1, latest - from, (to - from) * ((width - widest) / width));
  const x = (moment: number) => (moment - from) * perMs;
  const inside = Map.groupBy(graph.nodes, ({ within }) => within);
  const places = packed((inside.get(undefined) ?? []).map(boxed), axisHeight);
  const nodes = new Map(places.map((place) => [place.id, place]));
  const right = Math.max(width, ...places.map((place) => place.x + place.width));
  const bottom = Math.max(...places.map((place) => place.y + place.height), axisHeight);
  return {
    width: right,
    height: bottom,
    nodes,
    edges: graph.edges.flatMap((edge) => routeOf(edge, nodes)),
    areas: [],
    spans: new Map(
      [...times].flatMap(([id, span]) =>
        span === undefined
          ? []
          : [[id, { x: x(span.from), width: Math.max(2, (span.to - span.from) * perMs) }] as const],
      ),
    ),
    scale: { from, pixelsPerSecond: perMs * 1000 },
  };

  function boxed(node: GraphNode): Boxed {
    const size = sizes.get(node.id) ?? { width: 0, height: 0 };
    const span = times.get(node.id);
    const left = span === undefined ? width - widest : x(span.from);
    const long = span === undefined ? size.width : Math.max(size.width, (span.to - span.from) * perMs);
    const children = inside.get(node.id);
    const own = { id: node.id, x: left, y: 0, width: long, height: size.height };
    if (children === undefined) return { place: own, below: [] };
    const below = packed(children.map(boxed), size.height + gap / 2);
    const start = Math.min(left, ...below.map((place) => place.x - framePadding));
    const end = Math.max(left + long, ...below.map((place) => place.x + place.width + framePadding));
    const height = Math.max(...below.map((place) => place.y + place.height)) + framePadding;
    return { place: { ...own, x: start, width: end - start, height }, below };
  }
}

function spanOf(node: GraphNode, now: number): { readonly from: number; readonly to: number } | undefined {
  const times = timesOf(node);
  return times === null ? undefined : { from: times.from, to: Math.max(times.from, times.to ?? now) };
}

/** Puts boxes, by their beginning, into the highest place that is free. */
function packed(boxes: readonly Boxed[], top: number): readonly Place[] {
  const taken: Place[] = [];
  return boxes
    .toSorted((one, other) => one.place.x - other.place.x)
    .flatMap(({ place, below }) => {
      let y = top;
      for (let hit = firstHit(place, y); hit !== undefined; hit = firstHit(place, y)) y = hit.y + hit.height + gap;
      const put = { ...place, y };
      taken.push(put);
      return [put, ...below.map((inner) => ({ ...inner, y: inner.y + y }))];
    });

  function firstHit(place: Place, y: number): Place | undefined {
    return taken.find(
      (other) =>
        place.x < other.x + other.width + gap &&
        other.x < place.x + place.width + gap &&
        y < other.y + other.height + gap &&
        other.y < y + place.height + gap,
    );
  }
}

function routeOf(edge: Graph["edges"][number], nodes: ReadonlyMap<string, Place>): Route[] {
  const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
  if (from === undefined || to === undefined) return [];
  const start = { x: Math.min(from.x + from.width, Math.max(from.x + 16, to.x - 6)), y: from.y + from.height };
  const end = { x: to.x, y: to.y + 23 };
  if (start.x === from.x + from.width) {
    const begin = { x: start.x, y: from.y + 23 };
    const middle = begin.x + Math.max(6, (end.x - begin.x) / 2);
    return [{ ...edge, points: [begin, { x: middle, y: begin.y }, { x: middle, y: end.y }, end] }];
  }
  return [{ ...edge, points: [start, { x: start.x, y: end.y }, end] }];
}
