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
/** An estimate that is larger than the room by this factor is not laid out to see whether it fits. */
const surelyTooWide = 1.15;

/**
 * Connected boxes, from left to right in a wide room and downwards in a narrow one. What does not fit is wrapped into rows, or gets fewer
 * boxes beside each other. In a wide room the shapes are tried from the lowest to the highest, as they are estimated, until one fits; else
 * the narrowest is taken.
 */
export async function placedComponent(blocks: readonly Block[], { edges, room, engine }: Room): Promise<Block> {
  const ids = new Set(blocks.map(idOf));
  const arrows = edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const draw = async (options: Options) => drawnBlock(blocks, arrows, await engine(asked(blocks, arrows, options)));
  const isWide = room >= wideFrom;
  const layers = layersOf(blocks, arrows);
  const size = sizeByLayers(layers);
  const drawn: Block[] = [];
  if (!isWide || size.along <= room * surelyTooWide) drawn.push(await draw(isWide ? rightwards : downwards));
  if (drawn.some(({ width }) => width <= room)) return best(drawn, room);
  const alike = withSets(blocks, arrows, room);
  const inSets = async ({ blocks, edges, sets }: Sets) =>
    withoutBoxes(await placedComponent(blocks, { edges, room, engine }), sets);
  if (!isWide && alike !== undefined) return await inSets(alike);
  const others = isWide ? wideShapes(size, layers.length, room) : abreast(blocks, room);
  for (const options of others.slice(0, blocks.length > maxTried ? 1 : undefined)) {
    const next = await draw(options);
    drawn.push(next);
    if (isWide && next.width <= room) break;
  }
  const found = best(drawn, room);
  if (found.width <= room || alike === undefined) return found;
  return best([found, await inSets(alike)], room);
}

/** Blocks by how many arrows lead to them at least, one after the other. */
function layersOf(blocks: readonly Block[], arrows: readonly LayoutEdge[]): readonly (readonly Block[])[] {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const open = new Map(blocks.map((block) => [idOf(block), 0]));
  for (const { to } of arrows) open.set(to, (open.get(to) ?? 0) + 1);
  const depths = new Map(blocks.map((block) => [idOf(block), 0]));
  const ready = blocks.map(idOf).filter((id) => open.get(id) === 0);
  for (const id of ready) {
    for (const { to } of next.get(id) ?? []) {
      depths.set(to, Math.max(depths.get(to) ?? 0, (depths.get(id) ?? 0) + 1));
      open.set(to, (open.get(to) ?? 0) - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
  return [...Map.groupBy(blocks, (block) => depths.get(idOf(block)) ?? 0)]
    .sort(([one], [other]) => one - other)
    .map(([, layer]) => layer);
}

/** The estimated size of a drawing by layers: from left to right (`along`, `across`), and downwards (`width`, `height`). */
interface EstimatedSize {
  readonly along: number;
  readonly across: number;
  readonly width: number;
  readonly height: number;
}

function sizeByLayers(layers: readonly (readonly Block[])[]): EstimatedSize {
  const total = (lengths: readonly number[], gap: number) =>
    lengths.reduce((sum, length) => sum + length, 0) + gap * (lengths.length - 1);
  const widths = layers.map((layer) => layer.map(({ width }) => width));
  const heights = layers.map((layer) => layer.map(({ height }) => height));
  return {
    along:
      total(
        widths.map((layer) => Math.max(...layer)),
        rightGap,
      ) +
      2 * padding,
    across: Math.max(...heights.map((layer) => total(layer, spacing))) + 2 * padding,
    width: Math.max(...widths.map((layer) => total(layer, spacing))) + 2 * padding,
    height:
      total(
        heights.map((layer) => Math.max(...layer)),
        downGap,
      ) +
      2 * padding,
  };
}

interface Sets {
  readonly blocks: readonly Block[];
  readonly edges: readonly LayoutEdge[];
  /** The ids of the blocks that stand for several. */
  readonly sets: ReadonlySet<string>;
}

/** Boxes that come from the same ones and lead to the same ones become one block of rows, to which the arrows lead. */
function withSets(blocks: readonly Block[], edges: readonly LayoutEdge[], room: number): Sets | undefined {
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
  return { blocks: drawn, edges: [...unique.values()], sets: new Set(setOf.values()) };
}

/** Only the boxes of a graph are drawn, and not those that held some of them together. */
function withoutBoxes(block: Block, ids: ReadonlySet<string>): Block {
  return { ...block, places: block.places.filter(({ id }) => !ids.has(id)) };
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

/** Space between layers, from left to right and downwards. */
const rightGap = 44;
const downGap = 30;
const rightwards: Options = { "elk.direction": "RIGHT", "elk.layered.spacing.nodeNodeBetweenLayers": String(rightGap) };
const downwards: Options = { "elk.direction": "DOWN", "elk.layered.spacing.nodeNodeBetweenLayers": String(downGap) };
/** Space between rows of layers. */
const rowGap = 24;
/** Space beside rows, for the arrows from the end of one to the beginning of the next. */
const rowMargin = 112;

/** From left to right in rows, one below the other, and downwards: those that are expected to fit first, the lowest of them first. */
function wideShapes({ along, across, width, height }: EstimatedSize, layers: number, room: number): readonly Options[] {
  const ofLayer = (along + rightGap) / layers;
  const isInRoom = (count: number) => Math.round(layers / count) * ofLayer - rightGap + rowMargin <= room;
  const fewest = Math.max(2, Math.ceil(along / room));
  // A layout takes longer than everything else here: rows that would not fit are not laid out.
  const rows = Array.from({ length: layers }, (_, more) => fewest + more).find(isInRoom) ?? fewest;
  const inRows = [rows, rows + 1, rows + 2].map((count) => {
    const high = across * count + rowGap * (count - 1);
    const options = {
      ...rightwards,
      "elk.layered.wrapping.strategy": "MULTI_EDGE",
      "elk.layered.wrapping.additionalEdgeSpacing": "16",
      "elk.aspectRatio": String(along / count / high),
    };
    return { options, width: along / count, height: high };
  });
  const isTooWide = (shape: { readonly width: number }) => Number(shape.width > room);
  return [...inRows, { options: downwards, width, height }]
    .sort((one, other) => isTooWide(one) - isTooWide(other) || one.height - other.height)
    .map(({ options }) => options);
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
