import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../../api/live.ts";
import type { Timeline } from "../../api/types.ts";
import { useBrush } from "../../charts/brush.ts";
import { IconButton } from "../../components/button.tsx";
import { useMedia } from "../../components/media.ts";
import { useSize } from "../../components/size.ts";
import { useGestures } from "../camera/gestures.ts";
import { padded, panned, zoomed } from "../camera/time-span.ts";
import { useWheel } from "../camera/wheel.ts";
import { applyToTimelines, timelineQuery } from "../flow-run.queries.ts";
import type { Span } from "./timeline-draw.ts";
import { useDrawing } from "./timeline-drawing.ts";
import { type Resting, TimelineHint } from "./timeline-hint.tsx";
import { useTreeKeys } from "./timeline-keys.ts";
import { groupsOf, type OpenRows, type TimelineRow, timelineRows, timelineSpan } from "./timeline-model.ts";
import { Row } from "./timeline-row.tsx";

const rowHeight = 28;
const axisHeight = 26;
/** The last one by half, which shows that there are more. */
const maxRowsInSight = 14.5;

/**
 * The runs of tasks over time. The names at the left are a tree that the keyboard and a screen reader walk through; the
 * bars beside them are drawn on a canvas, only where one looks.
 */
export function TimelineView(props: {
  readonly timeline: Timeline;
  readonly live: boolean;
  /** When the run ended: what waits then waits no longer. */
  readonly ended: number | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly tall: boolean;
}) {
  const { timeline, live, ended, selected, onSelect } = props;
  const narrow = useMedia("(max-width: 799px)");
  const [open, setOpen] = useState<OpenRows>(() => opened(new Map(), timeline, selected));
  const { ids, children } = useChildTimelines(open);
  const rows = useMemo(() => timelineRows({ timeline, open, children }), [timeline, open, children]);
  const [view, setView] = useState<Span>();
  const scroller = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const bars = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(scroller);
  const labelWidth = narrow ? Math.round(width * 0.44) : Math.min(300, Math.max(180, Math.round(width * 0.24)));
  const barWidth = Math.max(40, width - labelWidth);
  const visible = Math.min(rows.length, props.tall ? 40 : maxRowsInSight);
  const height = Math.max(1, visible) * rowHeight;

  const whole = useCallback((): Span => padded(timelineSpan(timeline, ended ?? Date.now())), [timeline, ended]);
  const draw = useDrawing({
    rows,
    rowHeight,
    live,
    ended,
    view,
    whole,
    scroller,
    axis,
    bars,
    size: `${width}:${height}:${labelWidth}`,
  });
  const zoom = useCallback(
    (factor: number, at = 0.5) => {
      const all = whole();
      setView((before) => zoomed(before ?? all, all, factor, at));
    },
    [whole],
  );
  const pan = useCallback(
    (share: number) => {
      const all = whole();
      setView((before) => panned(before ?? all, all, share));
    },
    [whole],
  );
  const { brush, handlers } = useBrush(({ from, to }) => {
    const now = view ?? whole();
    const scale = (now.to - now.from) / barWidth;
    setView({ from: now.from + from * scale, to: now.from + to * scale });
  });
  const tree = useRef<HTMLDivElement>(null);
  useGestures(tree, {
    begins: (x) => x > labelWidth,
    pan: (x) => {
      setResting(undefined);
      if (view !== undefined) pan(-x / barWidth);
    },
    zoom: (closer, at) => zoom(1 / closer, Math.min(1, Math.max(0, (at.x - labelWidth) / barWidth))),
  });
  const [resting, setResting] = useState<Resting>();
  useWheel(scroller, { zoom, pan: (pixels) => pan(pixels / barWidth), left: labelWidth });
  const rowsInSight = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollPaddingStart: axisHeight,
    paddingStart: axisHeight,
    overscan: 6,
  });
  const choose = (row: TimelineRow) => {
    const id = row.kind === "group" ? undefined : row.source.id[row.members[0] ?? 0];
    if (id === undefined) toggle(row);
    else onSelect(id === selected ? undefined : id);
  };
  const toggle = (row: TimelineRow) =>
    setOpen((before) => {
      const next = new Map(before);
      if (!next.delete(row.key))
        next.set(row.key, row.kind === "group" ? null : (row.source.child_flow_run_id[row.members[0] ?? 0] ?? null));
      return next;
    });
  const openable = rows.some((row) => row.kind !== "task");
  const selectedKey = rows.find((row) => row.kind !== "group" && row.source.id[row.members[0] ?? 0] === selected)?.key;
  useEffect(() => draw(selectedKey), [draw, selectedKey]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it comes into sight when it is chosen, and stays where it is then
  useEffect(() => setOpen((before) => opened(before, timeline, selected)), [selected]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that move afterwards must not scroll the list
  useEffect(() => {
    const at = rows.findIndex((row) => row.key === selectedKey);
    if (at >= 0) rowsInSight.scrollToIndex(at, { align: "auto" });
  }, [selectedKey]);
  const keys = useTreeKeys({
    rows,
    choose,
    toggle,
    zoom,
    pan,
    reset: () => setView(undefined),
    scrollTo: (index) => rowsInSight.scrollToIndex(index),
  });

  return (
    <div className="relative">
      {live ? ids.map((id) => <LiveSubflow key={id} id={id} />) : null}
      <div
        ref={scroller}
        className="relative overflow-x-hidden overflow-y-auto rounded-b-lg"
        style={{ height: height + axisHeight }}
        onScroll={() => {
          setResting(undefined);
          draw(selectedKey);
        }}
      >
        <div className="sticky top-0 z-10 flex border-b bg-surface" style={{ height: axisHeight }}>
          <div className="flex shrink-0 items-center border-r px-1" style={{ width: labelWidth }}>
            <IconButton icon="minus" label="Zoom out" className="!size-6" onClick={() => zoom(1.6)} />
            <IconButton icon="plus" label="Zoom in" className="!size-6" onClick={() => zoom(0.6)} />
            {view === undefined ? null : (
              <IconButton icon="fit" label="Show all of it" className="!size-6" onClick={() => setView(undefined)} />
            )}
          </div>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: zooming by hand; the keys + − 0 do it too */}
          <div
            title="Drag to look closer; double-click for all of it"
            className="relative min-w-0 flex-1 cursor-col-resize touch-none"
            {...handlers}
            onDoubleClick={() => setView(undefined)}
          >
            <canvas ref={axis} className="absolute inset-0 size-full" />
            {brush === undefined ? null : (
              <span
                className="absolute inset-y-0 bg-accent/20"
                style={{ left: Math.min(brush.from, brush.to), width: Math.abs(brush.to - brush.from) }}
              />
            )}
          </div>
        </div>
        <div className="pointer-events-none sticky z-[1]" style={{ top: axisHeight, height: 0 }}>
          <canvas ref={bars} className="absolute" style={{ left: labelWidth, top: 0, width: barWidth, height }} />
        </div>
        <div
          ref={tree}
          role="tree"
          aria-label="Task runs over time"
          tabIndex={rows.length === 0 ? -1 : 0}
          className="absolute inset-x-0 top-0 touch-pan-y focus-visible:outline-none"
          style={{ height: rowsInSight.getTotalSize() }}
          {...keys.props}
          onPointerMove={(event) => {
            if (event.pointerType !== "mouse" || event.buttons !== 0) return;
            const bounds = event.currentTarget.getBoundingClientRect();
            const x = event.clientX - bounds.left - labelWidth;
            const index = Math.floor((event.clientY - bounds.top - axisHeight) / rowHeight);
            const row = rows[index];
            const shown = view ?? whole();
            const scale = (shown.to - shown.from) / barWidth;
            if (x < 0 || row === undefined) setResting(undefined);
            else
              setResting({
                row,
                time: shown.from + x * scale,
                reach: 3 * scale,
                left: labelWidth + x,
                top: axisHeight + index * rowHeight - (scroller.current?.scrollTop ?? 0),
              });
          }}
          onPointerLeave={() => setResting(undefined)}
        >
          {rowsInSight.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <Row
                key={row.key}
                row={row}
                active={keys.active === item.index}
                selected={row.key === selectedKey}
                top={item.start}
                height={rowHeight}
                now={ended ?? Date.now()}
                labelWidth={labelWidth}
                narrow={narrow}
                openable={openable}
                id={keys.id(item.index)}
                position={[item.index + 1, rows.length]}
                onChoose={() => {
                  keys.setActive(item.index);
                  choose(row);
                }}
                onToggle={() => toggle(row)}
              />
            );
          })}
        </div>
      </div>
      {resting === undefined ? null : <TimelineHint resting={resting} now={ended ?? Date.now()} width={width} />}
    </div>
  );
}

/** The open lines, with the groups of the selected task run among them. */
function opened(before: OpenRows, timeline: Timeline, selected: string | undefined): OpenRows {
  const closed = selected === undefined ? [] : groupsOf(timeline, selected).filter((group) => !before.has(group));
  return closed.length === 0 ? before : new Map([...before, ...closed.map((group) => [group, null] as const)]);
}

/** The timelines of opened subflows, at any depth, kept up to date while they are shown. */
function useChildTimelines(open: OpenRows): {
  readonly ids: readonly string[];
  readonly children: ReadonlyMap<string, Timeline>;
} {
  const ids = useMemo(() => [...new Set([...open.values()].filter((id) => id !== null))], [open]);
  const children = useQueries({
    queries: ids.map((id) => timelineQuery(id)),
    combine: (results) =>
      new Map(
        results.flatMap((result, index) =>
          result.data === undefined ? [] : [[ids[index] ?? "", result.data] as const],
        ),
      ),
  });
  return { ids, children };
}

/** Listens to an opened subflow, whose task runs are no news of the run that called it. */
function LiveSubflow({ id }: { readonly id: string }) {
  const queryClient = useQueryClient();
  useLive(
    { kind: "flow-run", flow_run_id: id },
    {
      onChanges: (changes) => applyToTimelines(queryClient, changes),
      onResync: () => void queryClient.invalidateQueries({ queryKey: timelineQuery(id).queryKey }),
    },
  );
  return null;
}
