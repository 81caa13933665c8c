import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Timeline } from "../../api/types.ts";
import { IconButton } from "../../components/button.tsx";
import { Failure } from "../../components/failure.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { amount, count } from "../../format.ts";
import { StateIcon } from "../../runs/state.tsx";
import { type StateType, stateColor, stateLook } from "../../states.ts";
import { useGestures } from "../camera/gestures.ts";
import { cellsSize, GraphCells } from "./graph-cells.tsx";
import { type Layout, layOut } from "./graph-layout.ts";
import { type Graph, type GraphNode, graphOf, maxOpened } from "./graph-model.ts";

const nodeHeight = 34;
/** A graph opens no smaller than this: what does not fit is found by moving. */
const minReadableScale = 0.75;

interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Dependencies from left to right. The boxes are buttons, so the graph is walked through by keyboard like a list. */
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
    <Canvas layout={layout.data} tall={props.tall}>
      <Edges layout={layout.data} />
      <ul aria-label="Task runs and what they depend on">
        {graph.nodes.map((node) => {
          const place = layout.data.nodes.get(node.id);
          if (place === undefined) return null;
          return (
            <li
              key={node.id}
              className="absolute"
              style={{ left: place.x, top: place.y, width: place.width, height: place.height }}
            >
              <Box
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
    </Canvas>
  );
}

function Box(props: {
  readonly node: GraphNode;
  readonly timeline: Timeline;
  readonly opened: boolean;
  /** Other boxes stand within it, below its own line. */
  readonly isFrame: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly onToggle: () => void;
}) {
  const { node, timeline, opened, selected, onSelect } = props;
  const first = node.members[0] ?? 0;
  const id = timeline.id[first];
  if (node.members.length === 1) {
    const chosen = id === selected;
    return (
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onSelect(chosen ? undefined : id)}
        className={`flex size-full gap-2 rounded-md border px-2.5 text-left text-sm hover:border-faint ${props.isFrame ? "items-start bg-surface/50 pt-2" : "items-center bg-surface"} ${chosen ? "border-accent bg-accent-soft" : "border-line-strong"}`}
      >
        <StateIcon type={timeline.state_type[first]} name={timeline.state_name[first]} />
        <span className="truncate" title={node.label}>
          {node.label}
        </span>
      </button>
    );
  }
  return (
    <div
      className={`relative flex size-full flex-col rounded-md border border-line-strong ${props.isFrame ? "bg-surface/50" : "bg-surface"} shadow-[3px_3px_0_-1px_var(--surface),3px_3px_0_0_var(--line-strong)]`}
    >
      <button
        type="button"
        aria-expanded={opened}
        onClick={props.onToggle}
        className="flex min-h-0 shrink-0 items-center gap-2 rounded-md px-2.5 text-left text-sm hover:bg-hover"
        style={{ height: nodeHeight - 2 }}
      >
        <StateIcon type={node.state} />
        <span className="min-w-0 flex-1 truncate" title={node.label}>
          {node.label}
        </span>
        <span className="text-xs text-faint">× {count(node.members.length)}</span>
      </button>
      <GroupBar node={node} timeline={timeline} />
      {opened ? <GraphCells node={node} timeline={timeline} selected={selected} onSelect={onSelect} /> : null}
    </div>
  );
}

/** The states of a group's runs as one thin bar at the foot of its box. */
function GroupBar({ node, timeline }: { readonly node: GraphNode; readonly timeline: Timeline }) {
  const counts = new Map<StateType | null, number>();
  for (const row of node.members) {
    const type = timeline.state_type[row] ?? null;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const spoken = [...counts].map(([type, value]) => `${value} ${stateLook(type).label.toLowerCase()}`).join(", ");
  return (
    <span
      className="absolute inset-x-1.5 top-[31px] flex h-[2px] overflow-hidden rounded-full"
      role="img"
      aria-label={`${amount(node.members.length, "run")}: ${spoken}`}
    >
      {[...counts].map(([type, value]) => (
        <span
          key={type}
          style={{ width: `${(value / node.members.length) * 100}%`, background: stateColor(stateLook(type)) }}
        />
      ))}
    </span>
  );
}

function Edges({ layout }: { readonly layout: Layout }) {
  return (
    <svg
      aria-hidden="true"
      className="pointer-events-none absolute top-0 left-0 overflow-visible"
      width={layout.width}
      height={layout.height}
    >
      {layout.edges.map((points, index) => {
        const end = points.at(-1);
        if (end === undefined) return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an edge is its place in the layout
          <g key={index}>
            <path d={curve(points)} fill="none" stroke="var(--line-strong)" strokeWidth="1.5" />
            <path
              d={`M${end.x - 6} ${end.y - 3.5}L${end.x - 0.5} ${end.y}L${end.x - 6} ${end.y + 3.5}`}
              fill="none"
              stroke="var(--faint)"
              strokeWidth="1.3"
            />
          </g>
        );
      })}
    </svg>
  );
}

function Canvas({
  layout,
  tall,
  children,
}: {
  readonly layout: Layout;
  readonly tall: boolean;
  readonly children: React.ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [camera, setCamera] = useState<Camera>();
  const showAll = useCallback(
    (least = 0.1) => {
      const bounds = box.current?.getBoundingClientRect();
      if (bounds === undefined || layout.width === 0) return;
      const scale = Math.min(
        1,
        Math.max(least, Math.min((bounds.width - 48) / layout.width, (bounds.height - 48) / layout.height)),
      );
      setCamera({
        scale,
        x: Math.max(24, (bounds.width - layout.width * scale) / 2),
        y: Math.max(24, (bounds.height - layout.height * scale) / 2),
      });
    },
    [layout],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height shows another part
  useEffect(() => showAll(minReadableScale), [showAll, tall]);
  const zoom = useCallback((factor: number, at?: { readonly x: number; readonly y: number }) => {
    setCamera((before) => {
      if (before === undefined) return before;
      const bounds = box.current?.getBoundingClientRect();
      const fixed = at ?? { x: (bounds?.width ?? 0) / 2, y: (bounds?.height ?? 0) / 2 };
      const scale = Math.min(2, Math.max(0.1, before.scale * factor));
      const grown = scale / before.scale;
      return { scale, x: fixed.x - (fixed.x - before.x) * grown, y: fixed.y - (fixed.y - before.y) * grown };
    });
  }, []);
  useEffect(() => {
    const watched = box.current;
    if (watched === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) {
        if (Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
        event.preventDefault();
        setCamera((before) => (before === undefined ? before : { ...before, x: before.x - event.deltaX }));
        return;
      }
      event.preventDefault();
      const bounds = watched.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * 0.01), { x: event.clientX - bounds.left, y: event.clientY - bounds.top });
    };
    watched.addEventListener("wheel", onWheel, { passive: false });
    return () => watched.removeEventListener("wheel", onWheel);
  }, [zoom]);
  useGestures(box, {
    pan: (x, y) =>
      setCamera((before) => (before === undefined ? before : { ...before, x: before.x + x, y: before.y + y })),
    zoom,
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const acts: Readonly<Record<string, () => void>> = {
      "+": () => zoom(1.25),
      "=": () => zoom(1.25),
      "-": () => zoom(0.8),
      "0": () => showAll(),
    };
    const act = acts[event.key];
    if (act === undefined || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="relative">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: moving the view by hand; the boxes inside are the controls */}
      <div
        ref={box}
        className="relative cursor-grab touch-none overflow-hidden active:cursor-grabbing rounded-b-lg bg-sunken"
        style={{ height: tall ? "76vh" : 380 }}
        onKeyDown={onKeyDown}
        onFocus={(event) => reveal(event.target, box.current, setCamera)}
      >
        <div
          className="absolute top-0 left-0 origin-top-left"
          style={{
            transform:
              camera === undefined ? "scale(0)" : `translate(${camera.x}px, ${camera.y}px) scale(${camera.scale})`,
            width: layout.width,
            height: layout.height,
          }}
        >
          {children}
        </div>
      </div>
      <div className="absolute right-2 bottom-2 flex rounded-md border bg-surface">
        <IconButton icon="minus" label="Zoom out" onClick={() => zoom(0.8)} />
        <IconButton icon="plus" label="Zoom in" onClick={() => zoom(1.25)} />
        <IconButton icon="fit" label="Show all of it" onClick={() => showAll()} />
      </div>
    </div>
  );
}

/** A box that gets the focus by keyboard comes into sight. */
function reveal(
  target: EventTarget,
  frame: HTMLElement | null,
  setCamera: (change: (before: Camera | undefined) => Camera | undefined) => void,
): void {
  if (!(target instanceof HTMLElement) || frame === null || !target.matches(":focus-visible")) return;
  // The browser scrolls a clipped frame to what has the focus; here the view moves instead.
  frame.scrollTo(0, 0);
  const outer = frame.getBoundingClientRect();
  const inner = target.getBoundingClientRect();
  const dx =
    inner.left < outer.left
      ? outer.left - inner.left + 24
      : inner.right > outer.right
        ? outer.right - inner.right - 24
        : 0;
  const dy =
    inner.top < outer.top
      ? outer.top - inner.top + 24
      : inner.bottom > outer.bottom
        ? outer.bottom - inner.bottom - 24
        : 0;
  if (dx !== 0 || dy !== 0)
    setCamera((before) => (before === undefined ? before : { ...before, x: before.x + dx, y: before.y + dy }));
}

function useLayout(graph: Graph, opened: ReadonlySet<string>) {
  // The places depend on the boxes and arrows only, not on states, so a run that goes on keeps its drawing.
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

/** A spline through the points of ELK, which come in threes; straight where they do not. */
function curve(points: Layout["edges"][number]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  let at = 0;
  for (; at + 2 < rest.length; at += 3) {
    const [a, b, c] = rest.slice(at, at + 3);
    if (a !== undefined && b !== undefined && c !== undefined) path += `C${a.x} ${a.y} ${b.x} ${b.y} ${c.x} ${c.y}`;
  }
  for (; at < rest.length; at += 1) path += `L${rest[at]?.x} ${rest[at]?.y}`;
  return path;
}
