import { type Area, type Block, columnOf, gridOf, moved, type Place, type Route } from "./graph-blocks.ts";
import { placedComponent } from "./graph-component.ts";
import type { Engine } from "./graph-engine.ts";
import { componentsOf, edgesByLevel, type LayoutEdge } from "./graph-parts.ts";

/** A box of at least this size. Its children are placed below its `height`. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly within?: string | undefined;
}

export interface LayoutInput {
  /** Every box after the one that it is within. */
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  /** The pixels from left to right in which the drawing should fit. */
  readonly width: number;
}

/** What is drawn. All coordinates have one origin. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Place>;
  readonly edges: readonly Route[];
  readonly areas: readonly Area[];
}

/** Space between a frame and what is in it. */
const framePadding = 12;
/** Space between parts that nothing connects. */
const partGap = 30;

/**
 * Places boxes and arrows so that they fit into a width, where they can. Each box with others inside is laid out by itself, and then takes
 * its place as one box; parts that nothing connects stand below each other, so that their order says nothing.
 */
export async function layOut(input: LayoutInput, engine: Engine): Promise<Layout> {
  const inside = Map.groupBy(input.nodes, ({ within }) => within);
  const edgesOf = edgesByLevel(input.nodes, input.edges);
  const { width, height, places, routes, areas } = await level(undefined, input.width);
  return { width, height, nodes: new Map(places.map((place) => [place.id, place])), edges: routes, areas };

  async function level(box: string | undefined, room: number): Promise<Block> {
    const edges = edgesOf.get(box) ?? [];
    const blocks = await Promise.all((inside.get(box) ?? []).map((node) => blockOf(node, room)));
    const byId = new Map(blocks.map((block) => [block.places[0]?.id ?? "", block]));
    const parts = componentsOf([...byId.keys()], edges).map((ids) => ids.flatMap((id) => byId.get(id) ?? []));
    const connected = parts.filter((part) => part.length > 1);
    const single = parts.filter((part) => part.length === 1).flat();
    const drawn = await Promise.all(connected.map((part) => placedComponent(part, { edges, room, engine })));
    if (single.length > 0) drawn.push(gridOf(single, room, blocks.length > 1 ? "apart" : undefined));
    return columnOf(drawn, partGap);
  }

  /** A box with all that is in it; the box itself comes first. */
  async function blockOf(node: LayoutNode, room: number): Promise<Block> {
    const { id, width, height } = node;
    if (!inside.has(id)) return { width, height, places: [{ id, x: 0, y: 0, width, height }], routes: [], areas: [] };
    const inner = moved(await level(id, room - 2 * framePadding), { x: framePadding, y: height + 4 });
    const size = {
      width: Math.max(width, inner.width + 2 * framePadding),
      height: height + 4 + inner.height + framePadding,
    };
    return { ...inner, ...size, places: [{ id, x: 0, y: 0, ...size }, ...inner.places] };
  }
}
