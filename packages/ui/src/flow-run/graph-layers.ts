import { ordered } from "./graph-order.ts";
import type { Layout, LayoutBox, LayoutEdge, LayoutInput, Placed, Point, Spot } from "./graph-shapes.ts";

const layerGap = 56;
const boxGap = 14;
/** Between arrows that pass a layer, and between them and boxes. */
const passGap = 10;
/** Arrows over several layers go around what is between, as long as they are no more than a drawing can show. */
const mostPasses = 3000;

interface Route {
  readonly spots: readonly Spot[];
  /** It closes a circle, and is drawn from right to left. */
  readonly turned: boolean;
}

/** Lays out boxes that hang together, in layers from left to right (the method of Sugiyama, Tagawa and Toda). */
export function layered({ nodes, edges }: LayoutInput): Layout {
  const order = dependencyOrder(nodes, edges);
  const forward = edges.map((edge) => {
    const turned = (order.get(edge.from) ?? 0) > (order.get(edge.to) ?? 0);
    return turned ? { from: edge.to, to: edge.from, turned } : { ...edge, turned };
  });
  const layerOf = layersOf([...order.keys()], forward);
  const spots = new Map(
    nodes.map((box) => [box.id, { box, layer: layerOf.get(box.id) ?? 0, before: [], after: [], y: 0 } as Spot]),
  );
  const layers: Spot[][] = [];
  for (const spot of spots.values()) put(layers, spot);
  const routes = routesOf(forward, spots, layers);
  const sorted = ordered(layers);
  place(sorted);
  return drawn(sorted, routes);
}

/** Places of the boxes in an order in which arrows lead on, but for those that close a circle. */
function dependencyOrder(nodes: readonly LayoutBox[], edges: readonly LayoutEdge[]): ReadonlyMap<string, number> {
  const after = Map.groupBy(edges, ({ from }) => from);
  const waiting = new Map(nodes.map(({ id }) => [id, 0]));
  for (const { to } of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const order = new Map<string, number>();
  const ready = nodes.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id);
  const rest = nodes.values();
  while (order.size < nodes.length) {
    const id = ready.shift() ?? rest.next().value?.id;
    if (id === undefined) break;
    if (order.has(id)) continue;
    order.set(id, order.size);
    for (const { to } of after.get(id) ?? []) {
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return order;
}

/** As far left as dependencies allow; then what has more after it than before it moves towards it. */
function layersOf(order: readonly string[], edges: readonly LayoutEdge[]): ReadonlyMap<string, number> {
  const after = Map.groupBy(edges, ({ from }) => from);
  const before = Map.groupBy(edges, ({ to }) => to);
  const layers = new Map<string, number>();
  for (const id of order) {
    const parents = before.get(id) ?? [];
    layers.set(id, Math.max(0, ...parents.map(({ from }) => (layers.get(from) ?? 0) + 1)));
  }
  for (const id of order.toReversed()) {
    const children = after.get(id) ?? [];
    if (children.length <= (before.get(id)?.length ?? 0)) continue;
    layers.set(id, Math.min(...children.map(({ to }) => layers.get(to) ?? 0)) - 1);
  }
  return layers;
}

function put(layers: Spot[][], spot: Spot): void {
  layers[spot.layer] ??= [];
  layers[spot.layer]?.push(spot);
}

function routesOf(
  edges: readonly (LayoutEdge & { readonly turned: boolean })[],
  boxes: ReadonlyMap<string, Spot>,
  layers: Spot[][],
): readonly Route[] {
  let passes = 0;
  return edges.flatMap(({ from, to, turned }) => {
    const [start, end] = [boxes.get(from), boxes.get(to)];
    if (start === undefined || end === undefined) return [];
    const between = end.layer - start.layer - 1;
    if (passes + between > mostPasses) return [{ spots: [start, end], turned }];
    passes += between;
    const spots = [start];
    for (let layer = start.layer + 1; layer < end.layer; layer += 1) {
      const pass: Spot = { box: undefined, layer, before: [], after: [], y: 0 };
      put(layers, pass);
      spots.push(pass);
    }
    spots.push(end);
    spots.slice(1).forEach((spot, index) => {
      const last = spots[index];
      if (last === undefined) return;
      last.after.push(spot);
      spot.before.push(last);
    });
    return [{ spots, turned }];
  });
}

const placings = 6;

/** Heights: each spot as near to what it is connected with as the order and the gaps allow. */
function place(layers: readonly (readonly Spot[])[]): void {
  for (const layer of layers) settle(layer, () => []);
  for (let round = 0; round < placings; round += 1) {
    for (const layer of layers) settle(layer, ({ before }) => before);
    for (const layer of layers.toReversed()) settle(layer, ({ after }) => after);
  }
  for (const layer of layers) settle(layer, ({ before, after }) => [...before, ...after]);
}

/** The heights that differ least, by squares, from those wished: where wishes collide, spots move as one block. */
function settle(layer: readonly Spot[], neighbours: (spot: Spot) => readonly Spot[]): void {
  const blocks: { wish: number; weight: number; spots: number }[] = [];
  const offsets: number[] = [];
  let offset = 0;
  layer.forEach((spot, index) => {
    const above = layer[index - 1];
    if (above !== undefined) offset += room(above, spot);
    offsets.push(offset);
    let { wish, weight } = wished(spot, neighbours(spot));
    wish -= offset;
    let spots = 1;
    for (let last = blocks.at(-1); last !== undefined && last.wish >= wish; last = blocks.at(-1)) {
      wish = (wish * weight + last.wish * last.weight) / (weight + last.weight);
      weight += last.weight;
      spots += last.spots;
      blocks.pop();
    }
    blocks.push({ wish, weight, spots });
  });
  let at = 0;
  for (const { wish, spots } of blocks) {
    for (const end = at + spots; at < end; at += 1) {
      const spot = layer[at];
      if (spot !== undefined) spot.y = wish + (offsets[at] ?? 0);
    }
  }
}

function room(above: Spot, below: Spot): number {
  const gap = above.box === undefined || below.box === undefined ? passGap : boxGap;
  return (above.box?.height ?? 0) / 2 + (below.box?.height ?? 0) / 2 + gap;
}

/** Arrows over several layers insist most on being straight. */
function wished(spot: Spot, neighbours: readonly Spot[]): { readonly wish: number; readonly weight: number } {
  let [sum, weight] = [0, 0];
  for (const { box, y } of neighbours) {
    const own = spot.box === undefined ? (box === undefined ? 8 : 2) : 1;
    sum += own * y;
    weight += own;
  }
  return weight === 0 ? { wish: spot.y, weight: 0.1 } : { wish: sum / weight, weight };
}

function drawn(layers: readonly (readonly Spot[])[], routes: readonly Route[]): Layout {
  const top = Math.min(...layers.flat().map(({ box, y }) => y - (box?.height ?? 0) / 2));
  const bottom = Math.max(...layers.flat().map(({ box, y }) => y + (box?.height ?? 0) / 2));
  const widths = layers.map((layer) => Math.max(0, ...layer.map(({ box }) => box?.width ?? 0)));
  const lefts = widths.map((_, index) => widths.slice(0, index).reduce((sum, width) => sum + width + layerGap, 0));
  const left = (spot: Spot) => lefts[spot.layer] ?? 0;
  const right = (spot: Spot) => left(spot) + (widths[spot.layer] ?? 0);
  const nodes = new Map<string, Placed>();
  for (const { box, y, layer } of layers.flat()) {
    if (box !== undefined) nodes.set(box.id, { ...box, x: lefts[layer] ?? 0, y: y - box.height / 2 - top });
  }
  const edges = routes.map(({ spots, turned }) => {
    const points: Point[] = [];
    spots.forEach((spot, index) => {
      const next = spots[index + 1];
      const [y, nextY] = [spot.y - top, (next?.y ?? 0) - top];
      if (index === 0) points.push({ x: left(spot) + (spot.box?.width ?? 0), y });
      if (next === undefined) return;
      // Straight along its own layer, where it can hit no box, then over to the next one.
      const end = right(spot);
      if ((points.at(-1)?.x ?? end) < end) points.push({ x: end, y }, { x: end, y }, { x: end, y });
      const middle = (end + left(next)) / 2;
      points.push({ x: middle, y }, { x: middle, y: nextY }, { x: left(next), y: nextY });
    });
    return turned ? points.toReversed() : points;
  });
  const width = (lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0);
  return { width, height: bottom - top, nodes, edges };
}
