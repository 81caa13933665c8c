import ELK, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk-api.js";
import elkWorker from "elkjs/lib/elk-worker.min.js?url";
import { takeEarlyGraphWorker } from "../../early.ts";

export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Placed>;
  /** Each edge as points from its start to its end. */
  readonly edges: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** A box of at least this size. Its children are placed below its `height`. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly within?: string | undefined;
}

export interface LayoutInput {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

// A worker computes the layout, so that a large graph does not block the page. The worker is reused.
let engine: InstanceType<typeof ELK> | undefined;

/** Starts the worker: loading its program is most of the wait for the first drawing. */
export function startEngine(): InstanceType<typeof ELK> {
  engine ??= new ELK({
    algorithms: ["layered"],
    workerFactory: () => takeEarlyGraphWorker() ?? new Worker(elkWorker),
  });
  return engine;
}

/** Starts the worker ahead of time with a small graph, because compiled code runs faster. */
export function warmUp(): void {
  if (engine !== undefined) return;
  void layOut({
    nodes: ["a", "b", "c"].map((id) => ({ id, width: 100, height: 30 })),
    edges: [
      { from: "a", to: "b" },
      { from: "a", to: "c" },
    ],
  }).catch(() => {});
}

export async function layOut(input: LayoutInput): Promise<Layout> {
  const result: ElkNode = await startEngine().layout({
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.layered.spacing.nodeNodeBetweenLayers": "56",
      "elk.spacing.nodeNode": "14",
      "elk.spacing.componentComponent": "20",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.edgeRouting": "SPLINES",
      ...(input.nodes.some(({ within }) => within !== undefined) ? acrossBoxes : {}),
      "elk.layered.thoroughness": input.nodes.length > 120 ? "2" : "7",
    },
    children: nested(input.nodes),
    edges: input.edges.map((edge, index) => ({ id: `e${index}`, sources: [edge.from], targets: [edge.to] })),
  });
  return {
    width: result.width ?? 0,
    height: result.height ?? 0,
    nodes: new Map(everyNode(result).map((node) => [node.id, placed(node)])),
    edges: (result.edges ?? []).map((edge: ElkExtendedEdge) => {
      const section = edge.sections?.[0];
      return section === undefined ? [] : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    }),
  };
}

function placed(node: ElkNode): Placed {
  return { id: node.id, x: node.x ?? 0, y: node.y ?? 0, width: node.width ?? 0, height: node.height ?? 0 };
}

/** Edges may cross the borders of boxes, and all coordinates have one origin. */
const acrossBoxes = {
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
};

/** Boxes with their children, which are placed below the box's own line. */
function nested(nodes: readonly LayoutNode[]): ElkNode[] {
  const inside = Map.groupBy(nodes, ({ within }) => within);
  const built = ({ id, width, height }: LayoutNode): ElkNode => {
    const children = inside.get(id)?.map(built);
    if (children === undefined) return { id, width, height };
    const layoutOptions = {
      "elk.padding": `[top=${height + 10},left=12,bottom=12,right=12]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${width}, ${height})`,
      "elk.layered.spacing.nodeNodeBetweenLayers": "40",
    };
    return { id, layoutOptions, children };
  };
  return (inside.get(undefined) ?? []).map(built);
}

function everyNode(node: ElkNode): readonly ElkNode[] {
  return (node.children ?? []).flatMap((child) => [child, ...everyNode(child)]);
}
