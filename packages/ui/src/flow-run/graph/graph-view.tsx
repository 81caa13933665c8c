import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Timeline } from "../../api/types.ts";
import { Failure } from "../../components/failure.tsx";
import { useSize } from "../../components/size.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { useNowWhile } from "../../now.ts";
import { isBad } from "../../states.ts";
import type { AttemptTime } from "../chosen-attempt.ts";
import { LiveSubflow } from "../timeline/open-rows.tsx";
import { GraphBox } from "./graph-box.tsx";
import { margin, minReadableScale } from "./graph-camera.ts";
import { GraphCanvas } from "./graph-canvas.tsx";
import { GraphEdges } from "./graph-edges.tsx";
import { startEngine } from "./graph-engine.ts";
import { type Layout, layOut } from "./graph-layout.ts";
import { GraphAreas, TimeAxis, TimeSpan } from "./graph-marks.tsx";
import { type Graph, type GraphNode, graphOf } from "./graph-model.ts";
import { alongTime } from "./graph-time.ts";
import { sizeOf } from "./node-sizes.ts";
import { urgentNode } from "./node-words.ts";
import { useOpenBoxes } from "./open-boxes.ts";

export type Placement = "dependencies" | "time";

interface GraphProps {
  readonly timeline: Timeline;
  /** The time of the chosen attempt. */
  readonly time: AttemptTime | undefined;
  readonly placement: Placement;
  readonly live: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly tall: boolean;
}

/** What depends on what, or the same along time. The boxes are buttons, so keyboard users walk through the graph like a list. */
export function GraphView(props: GraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  return (
    <div ref={frame} className="min-w-0">
      {width === 0 ? <Skeleton rows={6} height={28} /> : <Drawn {...props} width={width} />}
    </div>
  );
}

function Drawn(props: GraphProps & { readonly width: number }) {
  const { timeline, placement, live, selected, onSelect } = props;
  // In steps, so that a window that is resized is not laid out anew for each pixel.
  const room = Math.floor((props.width - 2 * margin) / minReadableScale / 20) * 20;
  const { open, children, openSubflows, toggle, toggled } = useOpenBoxes(timeline, props.time);
  const graph = useMemo(() => graphOf({ timeline, open, children }), [timeline, open, children]);
  const sizes = useMemo(() => new Map(graph.nodes.map((node) => [node.id, sizeOf(node, room)])), [graph, room]);
  const drawn = useLayout({ graph, sizes, room, placement, live });
  const frames = useMemo(() => new Set(graph.nodes.map(({ within }) => within)), [graph]);
  const before = useMemo(() => namesBefore(graph), [graph]);
  const urgent = useMemo(() => new Set(graph.nodes.filter(({ state }) => isBad(state)).map(({ id }) => id)), [graph]);
  const focus = useFocus(graph, { toggled, selected });
  if (drawn.error !== null) {
    return (
      <div className="p-3">
        <Failure error={drawn.error} what="The layout of the graph" onRetry={drawn.retry} />
      </div>
    );
  }
  const { layout } = drawn;
  if (layout === undefined) return <Skeleton rows={6} height={28} />;
  const selectedNode = graph.nodes.find(({ source, members, kind }) =>
    kind === "group" ? false : source.id[members[0] ?? 0] === selected,
  );
  return (
    <>
      {live ? openSubflows.map((id) => <LiveSubflow key={id} id={id} />) : null}
      <GraphCanvas
        layout={layout}
        width={props.width}
        focus={focus?.id}
        focusWord={focus === undefined ? "" : isBad(focus.state) ? "the failure" : focus.label}
        moved={`${toggled}:${placement}`}
        urgent={urgent}
        tall={props.tall}
      >
        <GraphAreas areas={layout.areas} />
        {"spans" in layout ? <TimeAxis layout={layout} /> : null}
        <GraphEdges layout={layout} selected={selectedNode?.id} />
        <ul aria-label="Task runs and their dependencies" className="absolute inset-0">
          {graph.nodes.map((node) => {
            const place = layout.nodes.get(node.id);
            if (place === undefined) return null;
            return (
              <li
                key={node.id}
                className="absolute"
                style={{ left: place.x, top: place.y, width: place.width, height: place.height }}
              >
                <GraphBox
                  node={node}
                  after={before.get(node.id) ?? ""}
                  room={room}
                  isFrame={frames.has(node.id)}
                  selected={selected}
                  onSelect={onSelect}
                  onToggle={() => toggle(node)}
                />
                {"spans" in layout ? <TimeSpan node={node} place={place} span={layout.spans.get(node.id)} /> : null}
              </li>
            );
          })}
        </ul>
      </GraphCanvas>
    </>
  );
}

interface LayoutInput {
  readonly graph: Graph;
  readonly sizes: ReadonlyMap<string, { readonly width: number; readonly height: number }>;
  readonly room: number;
  readonly placement: Placement;
  readonly live: boolean;
}

function useLayout({ graph, sizes, room, placement, live }: LayoutInput) {
  const isByTime = placement === "time";
  const now = useNowWhile(live && isByTime);
  // The layout depends on boxes and arrows only, not on states, so an unfinished run keeps its drawing.
  const shape = useMemo(
    () => ({
      nodes: graph.nodes.map(({ id, within }) => ({ id, within, ...(sizes.get(id) ?? { width: 0, height: 0 }) })),
      edges: graph.edges,
      width: room,
    }),
    [graph, sizes, room],
  );
  const query = useQuery<Layout>({
    queryKey: ["graph-layout", JSON.stringify(shape)],
    queryFn: () => layOut(shape, startEngine()),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    enabled: !isByTime,
  });
  const byTime = useMemo(
    () => (isByTime ? alongTime({ graph, sizes, width: room, now }) : undefined),
    [isByTime, graph, sizes, room, now],
  );
  return isByTime
    ? { layout: byTime, error: null, retry: () => {} }
    : { layout: query.data, error: query.error, retry: () => void query.refetch() };
}

/** The box that comes into sight: the one just opened, the selected one when the graph opens, or else the most urgent. */
function useFocus(
  graph: Graph,
  { toggled, selected }: { readonly toggled: string | undefined; readonly selected: string | undefined },
): GraphNode | undefined {
  const [opening] = useState(selected);
  const [isOpening, setOpening] = useState(true);
  useEffect(() => setOpening(selected === opening), [selected, opening]);
  const chosen = isOpening && opening !== undefined ? opening : undefined;
  return useMemo(
    () =>
      graph.nodes.find(({ key }) => key === toggled) ??
      graph.nodes.findLast(
        ({ source, members }) => chosen !== undefined && members.some((row) => source.id[row] === chosen),
      ) ??
      urgentNode(graph.nodes),
    [graph, toggled, chosen],
  );
}

const maxNamed = 6;

/** For each box the names of the boxes whose arrows lead to it. */
function namesBefore(graph: Graph): ReadonlyMap<string, string> {
  const labelOf = new Map(graph.nodes.map((node) => [node.id, node.label]));
  return new Map(
    [...Map.groupBy(graph.edges, ({ to }) => to)].map(([to, edges]) => {
      const names = edges.slice(0, maxNamed).map(({ from }) => labelOf.get(from) ?? "");
      return [to, names.join(", ") + (edges.length > maxNamed ? ` and ${edges.length - maxNamed} more` : "")];
    }),
  );
}
