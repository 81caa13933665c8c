import type { Lens } from "../camera/camera.ts";
import type { Point } from "../camera/point.ts";
import type { Place } from "./graph-blocks.ts";

/** The smallest text of a box, and the smallest that is still readable, in pixels. */
const smallestText = 12;
const readableText = 11;
/** A graph opens at no smaller scale than this; what does not fit is panned to. */
export const minReadableScale = readableText / smallestText;
const minScale = 0.1;
const maxScale = 2;
/** Free pixels around the graph. */
export const margin = 20;

/** Free pixels below a graph that does not fit, where the buttons stand. */
const footer = 48;

/** The position of the graph's corner in the element, and its scale. */
export interface GraphCamera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The scale at which a graph opens: it fits from left to right if that can be read. */
export function openingScale(graph: Size, width: number): number {
  return Math.min(1, Math.max(minReadableScale, (width - 2 * margin) / graph.width));
}

/** The view in which a graph opens: what fits is centred, and of the rest the part around `focus` is seen. */
export function openingView(graph: Size, frame: Size, focus: Omit<Place, "id"> | undefined): GraphCamera {
  const scale = openingScale(graph, frame.width);
  const middle = focus === undefined ? { x: 0, y: 0 } : centre(focus);
  return {
    scale,
    x: offset(graph.width * scale, frame.width, middle.x * scale),
    y: offset(graph.height * scale, frame.height, middle.y * scale, footer),
  };
}

/** The whole graph, however small. */
export function wholeView(graph: Size, frame: Size): GraphCamera {
  const fitting = Math.min((frame.width - 2 * margin) / graph.width, (frame.height - 2 * margin) / graph.height);
  const scale = Math.min(1, Math.max(minScale, fitting));
  return {
    scale,
    x: Math.max(margin, (frame.width - graph.width * scale) / 2),
    y: Math.max(margin, (frame.height - graph.height * scale) / 2),
  };
}

/** The view moved so that a point of the graph is in the middle. */
export function viewAround(point: Point, graph: Size, frame: Size, scale: number): GraphCamera {
  return {
    scale,
    x: offset(graph.width * scale, frame.width, point.x * scale),
    y: offset(graph.height * scale, frame.height, point.y * scale, footer),
  };
}

/** The sides on which the graph goes on beyond the frame. */
export function hiddenSides(view: GraphCamera, graph: Size, frame: Size) {
  const slack = 2;
  return {
    left: view.x < -slack,
    top: view.y < -slack,
    right: view.x + graph.width * view.scale > frame.width + slack,
    bottom: view.y + graph.height * view.scale > frame.height + slack,
  };
}

/** Pans and zooms from the present view, also while none was chosen by hand. */
export function lensFrom(current: () => GraphCamera, frame: () => Size): Lens<GraphCamera> {
  return {
    panned: (view = current(), by) => ({ ...view, x: view.x + by.x, y: view.y + by.y }),
    zoomed(view = current(), closer, at) {
      const { width, height } = frame();
      const fixed = at ?? { x: width / 2, y: height / 2 };
      const scale = Math.min(maxScale, Math.max(minScale, view.scale * closer));
      const grown = scale / view.scale;
      return { scale, x: fixed.x - (fixed.x - view.x) * grown, y: fixed.y - (fixed.y - view.y) * grown };
    },
  };
}

function centre({ x, y, width, height }: Omit<Place, "id">): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where the graph begins along one side, so that the point is in the middle and no room is wasted. */
function offset(length: number, room: number, point: number, end = margin): number {
  if (length + 2 * margin <= room) return (room - length) / 2;
  return Math.min(margin, Math.max(room - end - length, room / 2 - point));
}
