import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Timeline } from "../api/types.ts";
import { useBrush } from "../components/brush.ts";
import { IconButton } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { useMedia } from "../components/media.ts";
import { useSize } from "../components/size.ts";
import { StateIcon } from "../components/state.tsx";
import { count, countingDuration, duration } from "../format.ts";
import { timelineQuery } from "./flow-run.queries.ts";
import { padded, panned, zoomed } from "./time-span.ts";
import type { Span } from "./timeline-draw.ts";
import { useDrawing } from "./timeline-drawing.ts";
import { useTreeKeys } from "./timeline-keys.ts";
import { groupState, rowSpan, type TimelineRow, timelineRows, timelineSpan } from "./timeline-model.ts";
import { useWheel } from "./wheel.ts";

const rowHeight = 28;
const axisHeight = 26;
const mostRowsInSight = 14;

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
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const children = useChildTimelines(timeline, open);
  const rows = useMemo(() => timelineRows({ timeline, open, children }), [timeline, open, children]);
  const [view, setView] = useState<Span>();
  const scroller = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const bars = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(scroller);
  const labelWidth = narrow ? Math.round(width * 0.44) : Math.min(300, Math.max(180, Math.round(width * 0.24)));
  const barWidth = Math.max(40, width - labelWidth);
  const visible = Math.min(rows.length, props.tall ? 40 : mostRowsInSight);
  const height = Math.max(2, visible) * rowHeight;

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
      const next = new Set(before);
      next.has(row.key) ? next.delete(row.key) : next.add(row.key);
      return next;
    });
  const openable = rows.some((row) => row.kind !== "task");
  const selectedKey = rows.find((row) => row.kind !== "group" && row.source.id[row.members[0] ?? 0] === selected)?.key;
  useEffect(() => draw(selectedKey), [draw, selectedKey]);
  const tree = useTreeKeys({
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
      <div
        ref={scroller}
        className="relative overflow-x-hidden overflow-y-auto rounded-b-lg"
        style={{ height: height + axisHeight }}
        onScroll={() => draw(selectedKey)}
      >
        <div className="sticky top-0 z-10 flex border-b bg-surface" style={{ height: axisHeight }}>
          <div className="shrink-0 border-r" style={{ width: labelWidth }} />
          {/* biome-ignore lint/a11y/noStaticElementInteractions: zooming by hand; the keys + − 0 do it too */}
          <div
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
          role="tree"
          aria-label="Task runs over time"
          tabIndex={rows.length === 0 ? -1 : 0}
          className="absolute inset-x-0 top-0 focus-visible:outline-none"
          style={{ height: rowsInSight.getTotalSize() }}
          {...tree.props}
        >
          {rowsInSight.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <Row
                key={row.key}
                row={row}
                active={tree.active === item.index}
                selected={row.key === selectedKey}
                top={item.start}
                labelWidth={labelWidth}
                openable={openable}
                id={tree.id(item.index)}
                position={[item.index + 1, rows.length]}
                onChoose={() => {
                  tree.setActive(item.index);
                  choose(row);
                }}
                onToggle={() => toggle(row)}
              />
            );
          })}
        </div>
      </div>
      <div className="absolute top-0 right-1 z-20 flex bg-surface">
        {view === undefined ? null : (
          <IconButton icon="fit" label="Show all of it" className="!h-6" onClick={() => setView(undefined)} />
        )}
      </div>
    </div>
  );
}

function Row(props: {
  readonly row: TimelineRow;
  readonly active: boolean;
  readonly selected: boolean;
  readonly top: number;
  readonly labelWidth: number;
  /** Some row can be opened, so all of them keep the place of the sign for it. */
  readonly openable: boolean;
  readonly id: string;
  readonly position: readonly [number, number];
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}) {
  const { row } = props;
  const member = row.members[0] ?? 0;
  const type = row.kind === "group" ? groupState(row) : (row.source.state_type[member] ?? null);
  const name = row.kind === "group" ? null : (row.source.state_name[member] ?? null);
  const span = rowSpan(row);
  const spent =
    span.start === null
      ? ""
      : span.end === null
        ? countingDuration(Date.now() - span.start)
        : duration(span.end - span.start);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys
    <div
      role="treeitem"
      tabIndex={-1}
      id={props.id}
      aria-level={row.depth + 1}
      aria-posinset={props.position[0]}
      aria-setsize={props.position[1]}
      aria-selected={props.selected}
      {...(row.kind === "task" ? {} : { "aria-expanded": row.open })}
      onClick={props.onChoose}
      className={`absolute inset-x-0 flex cursor-pointer items-center hover:bg-hover ${props.active ? "outline-2 -outline-offset-2 outline-accent [[role=tree]:not(:focus-visible)_&]:outline-none" : ""}`}
      style={{ top: props.top, height: rowHeight }}
    >
      <span
        className={`flex h-full min-w-0 items-center gap-1.5 border-r pr-2 ${props.selected ? "bg-accent-soft" : ""}`}
        style={{ width: props.labelWidth, paddingLeft: 8 + row.depth * 14 }}
      >
        {row.kind === "task" ? (
          props.openable ? (
            <span className="w-3 shrink-0" />
          ) : null
        ) : (
          <button
            type="button"
            tabIndex={-1}
            aria-label={row.open ? "Close" : "Open"}
            className="-m-1 shrink-0 rounded-sm p-1 text-faint hover:text-text"
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle();
            }}
          >
            <Icon name={row.open ? "chevronDown" : "chevronRight"} className="size-3" />
          </button>
        )}
        <StateIcon type={type} name={name} className="size-3.5" />
        <span className="min-w-0 truncate" title={row.label}>
          {row.label}
        </span>
        {row.kind === "group" ? (
          <span className="shrink-0 text-xs text-faint">× {count(row.members.length)}</span>
        ) : null}
        <span className="ml-auto shrink-0 pl-1 text-xs text-faint">{spent}</span>
      </span>
    </div>
  );
}

function useChildTimelines(timeline: Timeline, open: ReadonlySet<string>): ReadonlyMap<string, Timeline> {
  const ids = useMemo(() => {
    const wanted = [...open].map((key) => key.split("/").at(-1) ?? "");
    return timeline.child_flow_run_id.filter(
      (child, row): child is string => child !== null && wanted.includes(timeline.id[row] ?? ""),
    );
  }, [timeline, open]);
  return useQueries({
    queries: ids.map((id) => timelineQuery(id)),
    combine: (results) =>
      new Map(
        results.flatMap((result, index) =>
          result.data === undefined ? [] : [[ids[index] ?? "", result.data] as const],
        ),
      ),
  });
}
