import { bisectRight, nice } from "d3-array";
import { useMemo, useRef, useState } from "react";
import type { Dashboard } from "../api/types.ts";
import { ChartTip } from "../charts/chart-tip.tsx";
import { BrushArea, brushKeys, useSpanBrush } from "../charts/span-brush.tsx";
import { timeSteps } from "../charts/time-steps.ts";
import { useSize } from "../components/size.ts";
import { amount, axisTime, count, milliseconds, spanText } from "../format.ts";
import { isBad, type StateLook, type StateType, stateColor, stateLook } from "../states.ts";

const height = 148;
/** A failure is seen however many runs there are, in pixels. */
const leastFailureHeight = 3;
const margin = { left: 36, right: 4, top: 8, bottom: 20 };

/** From the axis upwards: successes at the bottom, failures on top, where they are visible. */
const stack: readonly StateType[] = [
  "COMPLETED",
  "CANCELLED",
  "CANCELLING",
  "SCHEDULED",
  "PENDING",
  "PAUSED",
  "RUNNING",
  "CRASHED",
  "FAILED",
];

interface Part {
  readonly key: string;
  readonly look: StateLook;
  readonly quiet: boolean;
  readonly bad: boolean;
  readonly count: number;
  readonly below: number;
}

interface Bar {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly parts: readonly Part[];
}

/** Runs by state over time. A clicked bar, or a range selected by dragging or by keyboard, becomes the time of the page. */
export function HistoryChart({
  history,
  onSpan,
}: {
  readonly history: Dashboard["history"];
  readonly onSpan: (since: number, until: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [near, setNear] = useState<number>();
  const bars = useMemo(() => history.map(barOf), [history]);
  const inner = Math.max(1, width - margin.left - margin.right);
  const pitch = inner / Math.max(1, bars.length);
  const slotAt = (x: number) => Math.floor((x - margin.left) / pitch);
  const brush = useSpanBrush({
    slots: bars.length,
    slotAt,
    onChosen: (chosen) => {
      const [from, to] = [bars[chosen.first], bars[chosen.last]];
      if (from !== undefined && to !== undefined) onSpan(from.start, to.end);
    },
  });
  const { span, byKeys } = brush;
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return null;
  const [, top] = nice(0, Math.max(4, ...bars.map((bar) => bar.total)), 4);
  const y = (value: number) => margin.top + (1 - value / top) * (height - margin.top - margin.bottom);
  const steps = timeSteps(first.start, last.end, Math.max(2, width / 90));
  const x = (time: number) => margin.left + placeAmong(bars, time) * pitch;
  const shown = span ?? (near === undefined ? undefined : { first: near, last: near });
  const marked = shown === undefined ? undefined : bars.slice(shown.first, shown.last + 1);
  const sums = sumOf(marked ?? bars);
  const [from, to] = [marked?.[0]?.start ?? first.start, marked?.at(-1)?.end ?? last.end];
  return (
    <BrushArea
      ref={box}
      brush={brush}
      label="Runs by state over time"
      text={`${spanText(from, to)}: ${spoken(sums)}. ${brushKeys}`}
      height={height}
      className="cursor-crosshair"
      onMove={(event) => {
        const slot = slotAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
        setNear(slot < 0 || slot >= bars.length ? undefined : slot);
      }}
      onLeave={() => setNear(undefined)}
    >
      <svg aria-hidden="true" width={width} height={height} className="block">
        {(top % 2 === 0 ? [0, top / 2, top] : [0, top]).map((value) => (
          <g key={value}>
            <line x1={margin.left} x2={width} y1={y(value)} y2={y(value)} stroke="var(--line)" />
            <text x={margin.left - 8} y={y(value) + 4} textAnchor="end" fontSize="11" fill="var(--faint)">
              {count(value)}
            </text>
          </g>
        ))}
        {steps
          .ticks(first.start, last.end)
          .filter((tick) => x(tick) > margin.left + 14 && x(tick) < width - 22)
          .map((tick) => (
            <text key={tick} x={x(tick)} y={height - 4} textAnchor="middle" fontSize="11" fill="var(--faint)">
              {axisTime(tick, steps.length)}
            </text>
          ))}
        {bars.map((bar, index) => (
          <g key={bar.start} opacity={shown === undefined || (index >= shown.first && index <= shown.last) ? 1 : 0.55}>
            {bar.parts.map((part) => {
              const tall = y(part.below) - y(part.below + part.count);
              const shownTall = Math.max(part.bad ? leastFailureHeight : 0.5, tall);
              return (
                <rect
                  key={part.key}
                  x={margin.left + index * pitch + Math.min(1, pitch * 0.12)}
                  width={Math.max(1, pitch - Math.min(2, pitch * 0.24))}
                  y={Math.min(y(part.below + part.count), y(0) - shownTall)}
                  height={shownTall}
                  fill={stateColor(part.look)}
                  fillOpacity={part.quiet ? 0.68 : 1}
                />
              );
            })}
          </g>
        ))}
        {span === undefined ? null : (
          <rect
            x={margin.left + span.first * pitch}
            width={(span.last - span.first + 1) * pitch}
            y={1}
            height={height - margin.bottom - 1}
            fill="var(--accent)"
            fillOpacity="0.12"
            stroke="var(--accent)"
            strokeOpacity="0.5"
          />
        )}
      </svg>
      {shown === undefined ? null : (
        <ChartTip x={margin.left + (shown.last + 0.5) * pitch} width={width}>
          <span className="font-medium whitespace-nowrap">{spanText(from, to)}</span>
          {sums.map((part) => (
            <span key={part.key} className="flex items-center gap-1.5">
              <span className="size-2 rounded-[2px]" style={{ background: stateColor(part.look) }} />
              <span className="mr-3 truncate">{part.look.label}</span>
              <span className="figures ml-auto">{count(part.count)}</span>
            </span>
          ))}
          {sums.length === 0 ? <span className="text-muted">No runs</span> : null}
          {byKeys ? <span className="mt-1 text-faint">{brushKeys}</span> : null}
        </ChartTip>
      )}
    </BrushArea>
  );
}

/** The position in units of bars, which have equal width even where a change of the clock makes one an hour shorter. */
function placeAmong(bars: readonly Bar[], time: number): number {
  const index = Math.max(
    0,
    bisectRight(
      bars.map(({ start }) => start),
      time,
    ) - 1,
  );
  const bar = bars[index];
  return bar === undefined ? 0 : index + (time - bar.start) / (bar.end - bar.start);
}

function spoken(sums: readonly Part[]): string {
  const total = sums.reduce((sum, part) => sum + part.count, 0);
  return [amount(total, "run"), ...sums.map((part) => `${count(part.count)} ${part.look.label.toLowerCase()}`)].join(
    ", ",
  );
}

/** The counts of several bars together, failures first. */
function sumOf(bars: readonly Bar[]): readonly Part[] {
  const sums = new Map<string, Part>();
  for (const part of bars.flatMap((bar) => bar.parts)) {
    sums.set(part.key, { ...part, count: part.count + (sums.get(part.key)?.count ?? 0) });
  }
  const place = (part: Part) => stack.findIndex((type) => part.key.startsWith(`${type} `));
  return [...sums.values()].sort((a, b) => place(b) - place(a));
}

function barOf(interval: Dashboard["history"][number]): Bar {
  const sorted = interval.states.toSorted((a, b) => stack.indexOf(a.state_type) - stack.indexOf(b.state_type));
  let below = 0;
  const parts = sorted.map((state) => {
    const part = {
      // Successes are the background of the rest.
      bad: isBad(state.state_type),
      quiet: state.state_type === "COMPLETED" || state.state_type === "CANCELLED",
      key: `${state.state_type} ${state.state_name}`,
      look: stateLook(state.state_type, state.state_name),
      count: state.count_runs,
      below,
    };
    below += state.count_runs;
    return part;
  });
  return {
    start: milliseconds(interval.interval_start),
    end: milliseconds(interval.interval_end),
    total: below,
    parts,
  };
}
