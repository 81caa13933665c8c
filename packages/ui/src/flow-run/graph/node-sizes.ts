import { count } from "../../format.ts";
import { cellsSize } from "./graph-cells.tsx";
import { type GraphNode, hasCells } from "./graph-model.ts";

/** Height of a box with its two lines, in pixels. */
export const nodeHeight = 46;
const maxWidth = 260;
const minWidth = 148;

/** The size of a box by its name and number, and never by its state: a run that goes on must not move the others. */
export function sizeOf(node: GraphNode, room: number): { readonly width: number; readonly height: number } {
  const number = node.members.length;
  const extra = node.kind === "group" ? 26 + count(number).length * 7 : node.kind === "subflow" ? 32 : 0;
  const asked = 46 + node.label.length * 7.4 + extra;
  // The counts by state need room for about three of them.
  const least = node.kind === "group" ? 196 : minWidth;
  const width = Math.round(Math.min(room, maxWidth, Math.max(least, asked)));
  if (!hasCells(node)) return { width, height: nodeHeight };
  const cells = cellsSize(number, room);
  return { width: Math.max(width, cells.width + 2), height: nodeHeight + cells.height };
}
