import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import { type Block, gridOf, moved, together } from "./graph-blocks.ts";
import type { Engine } from "./graph-engine.ts";
import type { LayoutEdge } from "./graph-parts.ts";

interface Room {
  readonly edges: readonly LayoutEdge[];
  readonly room: number;
  readonly engine: Engine;
}

type Options = Readonly<Record<string, string>>;

/** In less room than this a graph runs downwards. */
const wideFrom = 600;
/** Laying out more boxes than this several times would take too long. */
const maxTried = 150;

/**
 * Connected boxes, from left to right in a wide room and downwards in a narrow one. What does not fit is wrapped into rows, or gets fewer
 * boxes beside each other; of all that was tried the lowest drawing that fits is taken, or else the narrowest.
 */
export async function placedComponent(blocks: readonly Block[], { edges, room, engine }: Room): Promise<Block> {
  const ids = new Set(blocks.map(idOf));
  const arrows = edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const draw = async (options: Options) => drawnBlock(blocks, arrows, await engine(asked(blocks, arrows, options)));
  const first = await draw(room >= wideFrom ? rightwards : downwards);
  if (first.width <= room) return first;
  const alike = withSets(blocks, arrows, room);
  if (room < wideFrom && alike !== undefined)
    return await placedComponent(alike.blocks, { edges: alike.edges, room, engine });
  const others = room >= wideFrom ? wrapped(first, room) : abreast(blocks, room);
  const drawn = await Promise.all(others.slice(0, blocks.length > maxTried ? 1 : undefined).map(draw));
  const found = best([first, ...drawn], room);
  if (found.width <= room || alike === undefined) return found;
  return best([found, await placedComponent(alike.blocks, { edges: alike.edges, room, engine })], room);
}

/** Boxes that come from the same ones and lead to the same ones become one block of rows, to which the arrows lead. */
function withSets(blocks: readonly Block[], edges: readonly LayoutEdge[], room: number) {
  const from = Map.groupBy(edges, (edge) => edge.to);
  const to = Map.groupBy(edges, (edge) => edge.from);
  const placeOf = (id: string) => {
    const ends = [...(from.get(id) ?? []).map((edge) => edge.from), "|", ...(to.get(id) ?? []).map((edge) => edge.to)];
    return JSON.stringify(ends.sort());
  };
  const sets = [...Map.groupBy(blocks, (block) => placeOf(idOf(block))).values()];
  if (!sets.some((set) => set.length >= minSet)) return undefined;
  const setOf = new Map<string, string>();
  const drawn = sets.flatMap((set) => {
    const [first] = set;
    if (first === undefined || set.length < minSet) return set;
    const id = `set of ${idOf(first)}`;
    for (const block of set) setOf.set(idOf(block), id);
    const grid = gridOf(set, room - 2 * padding, "set");
    const { width, height } = grid;
    return [{ ...grid, places: [{ id, x: 0, y: 0, width, height }, ...grid.places] }];
  });
  const ended = edges.map((edge) => ({
    ...edge,
    from: setOf.get(edge.from) ?? edge.from,
    to: setOf.get(edge.to) ?? edge.to,
  }));
  const unique = new Map(ended.map((edge) => [`${edge.from}>${edge.to}`, edge]));
  return { blocks: drawn, edges: [...unique.values()] };
}

/** Fewer boxes beside each other stay boxes of their own. */
const minSet = 3;

function best(drawn: readonly Block[], room: number): Block {
  const fitting = drawn.filter(({ width }) => width <= room);
  const [one, ...rest] = fitting.length > 0 ? fitting : drawn;
  if (one === undefined) throw new Error("nothing was drawn");
  const isBetter = (other: Block, than: Block) =>
    fitting.length > 0 ? other.height < than.height : other.width < than.width;
  return rest.reduce((found, other) => (isBetter(other, found) ? other : found), one);
}

const rightwards: Options = { "elk.direction": "RIGHT", "elk.layered.spacing.nodeNodeBetweenLayers": "44" };
const downwards: Options = { "elk.direction": "DOWN", "elk.layered.spacing.nodeNodeBetweenLayers": "30" };

/** From left to right in rows, one below the other, and downwards. */
function wrapped({ width, height }: Block, room: number): readonly Options[] {
  const rows = Math.ceil(width / room);
  const inRows = [rows, rows + 1, rows + 2].map((count) => ({
    ...rightwards,
    "elk.layered.wrapping.strategy": "MULTI_EDGE",
    "elk.layered.wrapping.additionalEdgeSpacing": "16",
    "elk.aspectRatio": String(width / count / (height * count + 24 * (count - 1))),
  }));
  return [...inRows, downwards];
}

/** Downwards, with at most so many boxes beside each other. */
function abreast(blocks: readonly Block[], room: number): readonly Options[] {
  const widest = Math.max(...blocks.map(({ width }) => width));
  const fitting = Math.max(1, Math.floor((room + spacing) / (widest + spacing)));
  const counts = fitting > 1 ? [fitting, fitting - 1] : [1];
  return counts.map((count) => ({
    ...downwards,
    "elk.layered.layering.strategy": "COFFMAN_GRAHAM",
    "elk.layered.layering.coffmanGraham.layerBound": String(count),
  }));
}

const spacing = 14;
/** Space around connected boxes, for the outermost arrows. */
const padding = 2;

function asked(blocks: readonly Block[], edges: readonly LayoutEdge[], options: Options): ElkNode {
  return {
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.padding": `[top=${padding},left=${padding},bottom=${padding},right=${padding}]`,
      "elk.spacing.nodeNode": String(spacing),
      "elk.spacing.edgeEdge": "6",
      "elk.spacing.edgeNode": "8",
      "elk.layered.spacing.edgeEdgeBetweenLayers": "6",
      "elk.layered.spacing.edgeNodeBetweenLayers": "10",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.layered.mergeEdges": "true",
      "elk.layered.thoroughness": blocks.length > 120 ? "2" : "7",
      ...options,
    },
    children: blocks.map((block) => ({ id: idOf(block), width: block.width, height: block.height })),
    edges: edges.map(({ from, to }, index) => ({ id: `e${index}`, sources: [from], targets: [to] })),
  };
}

function drawnBlock(blocks: readonly Block[], edges: readonly LayoutEdge[], drawn: ElkNode): Block {
  const byId = new Map(blocks.map((block) => [idOf(block), block]));
  const shifted = (drawn.children ?? []).flatMap(({ id, x = 0, y = 0 }) => {
    const block = byId.get(id);
    return block === undefined ? [] : [moved(block, { x, y })];
  });
  const block = together(shifted, { width: drawn.width ?? 0, height: drawn.height ?? 0 });
  const routes = (drawn.edges ?? []).flatMap((edge: ElkExtendedEdge, index) => {
    const [section, known] = [edge.sections?.[0], edges[index]];
    if (section === undefined || known === undefined) return [];
    return [{ ...known, points: [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] }];
  });
  return { ...block, routes: [...routes, ...block.routes] };
}

function idOf({ places }: Block): string {
  return places[0]?.id ?? "";
}
