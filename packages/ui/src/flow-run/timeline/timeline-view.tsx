import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import type { FlowRunPage, Timeline } from "../../api/types.ts";
import { useMedia } from "../../components/media.ts";
import { useSize } from "../../components/size.ts";
import { milliseconds } from "../../format.ts";
import type { AttemptTime } from "../chosen-attempt.ts";
import { FoldedWaits } from "./folded-waits.tsx";
import { LiveSubflow, useOpenRows } from "./open-rows.tsx";
import { RunLine, rowOfRun, timelineOfRun } from "./run-line.tsx";
import { rowSpan } from "./spells.ts";
import type { TimeScale } from "./time-scale.ts";
import { TimelineAxis } from "./timeline-axis.tsx";
import { useTimelineCamera } from "./timeline-camera.ts";
import type { Span } from "./timeline-draw.ts";
import { useDrawing } from "./timeline-drawing.ts";
import { type Resting, TimelineHint } from "./timeline-hint.tsx";
import { useTreeKeys } from "./timeline-keys.ts";
import type { ShownRuns, TimelineRow } from "./timeline-model.ts";
import { TimelineTree } from "./timeline-tree.tsx";

const rowHeight = 28;
const axisHeight = 26;
/** The axis, and the line of the run. */
const headHeight = axisHeight + rowHeight;
/** Half a row at the end shows that there are more. */
const maxRowsInSight = 14.5;
const maxRowsInSightTall = 40;
/** Of a run that goes on, whether it has as many or not yet. */
const minLiveRows = 6;

/**
 * Task runs over time. The names at the left are a tree for keyboards and screen readers; the bars beside them are drawn on a canvas,
 * visible rows only.
 */
export function TimelineView(props: {
  readonly page: Pick<FlowRunPage, "flow_run" | "states">;
  readonly timeline: Timeline;
  /** The time of the chosen attempt. */
  readonly time: AttemptTime | undefined;
  /** Only the lines of these. */
  readonly only: ShownRuns | undefined;
  readonly live: boolean;
  /** The end of the run, which also ends all waiting. */
  readonly ended: number | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly tall: boolean;
  /** The task runs that lead to the failure, down through subflows. */
  readonly path: readonly string[];
}) {
  const { page, timeline, only, live, ended, selected, onSelect } = props;
  const { rows, toggle, openSubflows, failedKey } = useOpenRows(timeline, {
    selected,
    only,
    path: props.path,
    time: props.time,
  });
  const run = useMemo(() => timelineOfRun(page), [page]);
  const runRow = useMemo(() => rowOfRun(run), [run]);
  const zero = milliseconds(page.flow_run.start_time ?? run.origin);
  const scroller = useRef<HTMLDivElement>(null);
  /** The line of the run, and those of its tasks. */
  const drawn = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const runBar = useRef<HTMLCanvasElement>(null);
  const bars = useRef<HTMLCanvasElement>(null);
  const { width, narrow, labelWidth, barWidth } = useWidths(scroller);
  const height = rowHeight * useRoom(rows.length, props);
  const [resting, setResting] = useState<Resting>();
  const rest = () => setResting(undefined);
  const [unfolded, setUnfolded] = useState(false);
  const camera = useTimelineCamera({
    timeline,
    run,
    ended,
    unfolded,
    element: drawn,
    scroller,
    labelWidth,
    barWidth,
    onDrag: rest,
  });
  const draw = useDrawing({
    rows,
    runRow,
    zero,
    rowHeight,
    live,
    ended,
    view: camera.view,
    whole: camera.whole,
    scale: camera.scale,
    scroller,
    axis,
    runBar,
    bars,
    size: `${width}:${height}:${labelWidth}`,
  });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollPaddingStart: headHeight,
    paddingStart: headHeight,
    overscan: 6,
  });
  const choose = (row: TimelineRow) => {
    const id = taskRunOf(row);
    if (id === undefined) toggle(row);
    else onSelect(id === selected ? undefined : id);
  };
  const selectedKey = rows.find((row) => selected !== undefined && taskRunOf(row) === selected)?.key;
  useEffect(() => draw(selectedKey), [draw, selectedKey]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that move afterwards must not scroll the list
  useEffect(() => {
    const at = rows.findIndex((row) => row.key === selectedKey);
    if (at < 0) return;
    virtual.scrollToIndex(at, { align: "auto" });
    const row = rows[at];
    if (row !== undefined && camera.view !== undefined) camera.show(showing(camera.view, row, camera.scale()));
  }, [selectedKey]);
  const following = useFollowing({ live: live && selected === undefined, rows: rows.length, scroller });
  const keys = useTreeKeys({
    rows,
    choose,
    toggle,
    zoom: camera.zoom,
    pan: (share) => camera.pan({ x: -share * barWidth, y: 0 }),
    reset: () => camera.show(undefined),
    scrollTo: (index) => virtual.scrollToIndex(index),
  });
  const failedAt = failedKey === undefined ? -1 : rows.findIndex((row) => row.key === failedKey);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the failure comes into sight once, when its line is there
  useEffect(() => {
    if (failedAt < 0 || selected !== undefined) return;
    virtual.scrollToIndex(failedAt, { align: "center" });
    keys.setActive(failedAt);
  }, [failedAt >= 0 ? failedKey : undefined]);

  return (
    <div className="relative">
      {live ? openSubflows.map((id) => <LiveSubflow key={id} id={id} />) : null}
      <div
        ref={scroller}
        className="relative overflow-x-hidden overflow-y-auto rounded-b-lg"
        style={{ height: height + headHeight }}
        onScroll={() => {
          rest();
          following.onScroll();
          draw(selectedKey);
        }}
      >
        <TimelineAxis
          canvas={axis}
          camera={camera}
          zero={zero}
          height={axisHeight}
          labelWidth={labelWidth}
          barWidth={barWidth}
        />
        <div ref={drawn} className="touch-pan-y" style={{ height: virtual.getTotalSize() - axisHeight }}>
          <RunLine
            row={runRow}
            canvas={runBar}
            now={ended ?? Date.now()}
            top={axisHeight}
            height={rowHeight}
            labelWidth={labelWidth}
            barWidth={barWidth}
          />
          <div className="pointer-events-none sticky z-[1]" style={{ top: headHeight, height: 0 }}>
            <canvas ref={bars} className="absolute" style={{ left: labelWidth, top: 0, width: barWidth, height }} />
          </div>
          {rows.length === 0 ? null : (
            <TimelineTree
              rows={rows}
              virtual={virtual}
              keys={keys}
              selectedKey={selectedKey}
              now={ended ?? Date.now()}
              narrow={narrow}
              labelWidth={labelWidth}
              rowHeight={rowHeight}
              onChoose={choose}
              onToggle={toggle}
              onRest={(place) => setResting(place === undefined ? undefined : restingAt(place))}
            />
          )}
        </div>
      </div>
      <FoldedWaits
        waits={camera.waits()}
        unfolded={unfolded}
        onUnfold={(next) => {
          camera.show(undefined);
          setUnfolded(next);
        }}
      />
      {resting === undefined ? null : (
        <TimelineHint resting={resting} zero={zero} now={ended ?? Date.now()} width={width} />
      )}
    </div>
  );

  function restingAt({ index, x }: { readonly index: number; readonly x: number }): Resting | undefined {
    const row = rows[index];
    if (row === undefined) return undefined;
    const shown = camera.shown();
    const pixel = (shown.to - shown.from) / barWidth;
    return {
      row,
      time: camera.scale().time(shown.from + x * pixel),
      reach: 3 * pixel,
      left: labelWidth + x,
      top: headHeight + index * rowHeight - (scroller.current?.scrollTop ?? 0),
    };
  }
}

/**
 * For how many rows there is room. Where somebody has watched the run go on, it grows once, so that what stands below does not move with
 * each task.
 */
function useRoom(rows: number, { live, tall }: { readonly live: boolean; readonly tall: boolean }): number {
  const [wasLive] = useState(live);
  if (tall) return Math.min(rows, maxRowsInSightTall);
  if (!wasLive) return Math.min(rows, maxRowsInSight);
  return rows > minLiveRows ? maxRowsInSight : minLiveRows;
}

/** The view, moved as far as it takes to have the bar of a line in it. */
function showing(view: Span, row: TimelineRow, { place }: TimeScale): Span {
  const { start, end } = rowSpan(row);
  if (start === null) return view;
  const length = view.to - view.from;
  if (place(end ?? start) >= view.from && place(start) <= view.to) return view;
  const from = place(start) - length * 0.2;
  return { from, to: from + length };
}

/** Keeps the newest line of a live run in sight, until the reader scrolls away from it. */
function useFollowing(input: {
  readonly live: boolean;
  readonly rows: number;
  readonly scroller: RefObject<HTMLDivElement | null>;
}) {
  const { live, rows, scroller } = input;
  const follows = useRef(live);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what is followed
  useEffect(() => {
    const box = scroller.current;
    if (box !== null && live && follows.current) box.scrollTop = box.scrollHeight;
  }, [live, rows, scroller]);
  return {
    onScroll: () => {
      const box = scroller.current;
      if (box !== null) follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < rowHeight;
    },
  };
}

function useWidths(scroller: RefObject<HTMLDivElement | null>) {
  const narrow = useMedia("(max-width: 799px)");
  const { width } = useSize(scroller);
  const labelWidth = narrow ? Math.round(width * 0.44) : Math.min(300, Math.max(180, Math.round(width * 0.24)));
  return { width, narrow, labelWidth, barWidth: Math.max(40, width - labelWidth) };
}

function taskRunOf(row: TimelineRow): string | undefined {
  return row.kind === "group" ? undefined : row.source.id[row.members[0] ?? 0];
}
