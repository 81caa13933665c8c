import { useQuery } from "@tanstack/react-query";
import { useMedia } from "../components/media.ts";
import { lineageQuery } from "./assets.queries.ts";

export const boxHeight = 48;
/** With the gap and the arrow to the next row. */
const rowHeight = boxHeight + 28;
const padding = 24;

/**
 * How high the drawing of a lineage is, before it is laid out as well as after it, so that what is below stays; it scrolls where that is
 * not enough. Undefined where there is nothing to draw.
 */
export function useLineageHeight(of: string): string | undefined {
  const { data } = useQuery(lineageQuery(of));
  // There one box stands below the other.
  const isNarrow = useMedia("(max-width: 799px)");
  if (data === undefined || data.dependencies.length === 0) return undefined;
  const boxes = data.assets.length;
  const rows = isNarrow ? boxes : boxes < 4 ? 2 : boxes < 9 ? 4 : 7;
  return `min(70vh, ${rows * rowHeight + padding}px)`;
}
