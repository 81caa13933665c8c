import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Timeline } from "../../api/types.ts";
import { Failure } from "../../components/failure.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { count } from "../../format.ts";
import { GraphBox } from "./graph-box.tsx";
import { GraphCanvas } from "./graph-canvas.tsx";
import { cellsSize } from "./graph-cells.tsx";
import { GraphEdges } from "./graph-edges.tsx";
import { layOut } from "./graph-layout.ts";
import { type Graph, type GraphNode, graphOf, maxOpened, nodeHeight } from "./graph-model.ts";

/** Dependencies from left to right. The boxes are buttons, so keyboard users walk through the graph like a list. */
export function GraphView(props: {
  readonly timeline: Timeline;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly tall: boolean;
}) {
  const { timeline, selected, onSelect } = props;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const graph = useMemo(() => graphOf(timeline, opened), [timeline, opened]);
  const layout = useLayout(graph, opened);
  const frames = useMemo(() => new Set(graph.nodes.map(({ within }) => within)), [graph]);
  const toggle = (id: string) =>
    setOpened((before) => {
      const next = new Set(before);
      next.has(id) ? next.delete(id) : next.add(id);
      return next;
    });
  if (layout.isError) {
    return (
      <div className="p-3">
        <Failure error={layout.error} what="The layout of the graph" onRetry={() => void layout.refetch()} />
      </div>
    );
  }
  if (layout.data === undefined) return <Skeleton rows={8} height={28} />;
  return (
    <GraphCanvas layout={layout.data} tall={props.tall}>
      <GraphEdges layout={layout.data} />
      <ul aria-label="Task runs and their dependencies">
        {graph.nodes.map((node) => {
          const place = layout.data.nodes.get(node.id);
          if (place === undefined) return null;
          return (
            <li
              key={node.id}
              className="absolute"
              style={{ left: place.x, top: place.y, width: place.width, height: place.height }}
            >
              <GraphBox
                node={node}
                timeline={timeline}
                opened={opened.has(node.id)}
                isFrame={frames.has(node.id)}
                selected={selected}
                onSelect={onSelect}
                onToggle={() => toggle(node.id)}
              />
            </li>
          );
        })}
      </ul>
    </GraphCanvas>
  );
}

function useLayout(graph: Graph, opened: ReadonlySet<string>) {
  // The layout depends on boxes and arrows only, not on states, so an unfinished run keeps its drawing.
  const shape = useMemo(
    () => ({
      nodes: graph.nodes.map((node) => ({ id: node.id, within: node.within, ...sizeOf(node, opened) })),
      edges: graph.edges,
    }),
    [graph, opened],
  );
  return useQuery({
    queryKey: ["graph-layout", JSON.stringify(shape)],
    queryFn: () => layOut(shape),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

function sizeOf(node: GraphNode, opened: ReadonlySet<string>): { readonly width: number; readonly height: number } {
  const size = node.members.length;
  const countWidth = size > 1 ? 26 + count(size).length * 7 : 0;
  const width = Math.min(260, Math.max(96, 52 + node.label.length * 7.4 + countWidth));
  if (!opened.has(node.id) || node.members.length <= Math.max(1, maxOpened)) return { width, height: nodeHeight };
  const cells = cellsSize(node.members.length);
  return { width: Math.max(width, cells.width), height: nodeHeight + cells.height };
}
