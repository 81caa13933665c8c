import type { Point } from "../camera/point.ts";
import type { EdgeKind } from "./graph-model.ts";

export interface Place {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An arrow as points from its start to its end. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly points: readonly Point[];
}

/** A part of a drawing with its corner at the origin. */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly places: readonly Place[];
  readonly routes: readonly Route[];
  readonly areas: readonly Area[];
}

/** An area behind boxes: of those that nothing connects with others, or a set with the same arrows. */
export interface Area extends Omit<Place, "id"> {
  readonly kind: "apart" | "set";
}

/** Space between boxes that nothing connects. */
const gap = 14;
/** Space in an area of unconnected boxes, and for its heading. */
const areaPadding = 12;
export const areaHeading = 24;

export function moved(block: Block, by: Point): Block {
  return {
    width: block.width,
    height: block.height,
    places: block.places.map((place) => ({ ...place, x: place.x + by.x, y: place.y + by.y })),
    routes: block.routes.map((route) => ({
      ...route,
      points: route.points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y })),
    })),
    areas: block.areas.map((area) => ({ ...area, x: area.x + by.x, y: area.y + by.y })),
  };
}

/** Blocks below each other. */
export function columnOf(blocks: readonly Block[], space: number): Block {
  let y = 0;
  const shifted = blocks.map((block) => {
    const at = moved(block, { x: 0, y });
    y += block.height + space;
    return at;
  });
  return together(shifted, {
    width: Math.max(0, ...blocks.map(({ width }) => width)),
    height: Math.max(0, y - space),
  });
}

/** Boxes in rows as wide as there is room for, with an area behind them where that says something. */
export function gridOf(blocks: readonly Block[], room: number, kind: Area["kind"] | undefined): Block {
  const edge = kind === undefined ? 0 : areaPadding;
  const heading = kind === "apart" ? areaHeading : edge;
  const rows: Block[][] = [];
  let width = 0;
  for (const block of blocks) {
    const row = rows.at(-1);
    if (row === undefined || width + gap + block.width > room - 2 * edge) {
      rows.push([block]);
      width = block.width;
    } else {
      row.push(block);
      width += gap + block.width;
    }
  }
  const column = columnOf(rows.map(rowOf), gap);
  if (kind === undefined) return column;
  const size = { width: column.width + 2 * edge, height: column.height + heading + edge };
  const inner = moved(column, { x: edge, y: heading });
  return { ...inner, ...size, areas: [{ kind, x: 0, y: 0, ...size }, ...inner.areas] };
}

function rowOf(blocks: readonly Block[]): Block {
  let x = 0;
  const shifted = blocks.map((block) => {
    const at = moved(block, { x, y: 0 });
    x += block.width + gap;
    return at;
  });
  return together(shifted, { width: Math.max(0, x - gap), height: Math.max(...blocks.map(({ height }) => height)) });
}

/** Blocks that have their places already. */
export function together(blocks: readonly Block[], size: { readonly width: number; readonly height: number }): Block {
  return {
    ...size,
    places: blocks.flatMap(({ places }) => places),
    routes: blocks.flatMap(({ routes }) => routes),
    areas: blocks.flatMap(({ areas }) => areas),
  };
}
