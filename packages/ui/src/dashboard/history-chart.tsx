import { useMemo, useRef, useState } from "react";
import type { Dashboard } from "../api/types.ts";
import { useBrush } from "../components/brush.ts";
import { localTicks, roundUp, timeStep } from "../components/scale.ts";
import { useSize } from "../components/size.ts";
import { axisTime, count, dateAndClock, milliseconds } from "../format.ts";
import { type StateLook, type StateType, stateColor, stateLook } from "../states.ts";

const height = 148;
const margin = { left: 36, right: 4, top: 8, bottom: 20 };

/** From the axis upwards: what went well lies at the bottom, what failed on top of it, where it is seen. */
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

interface Bar {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly parts: readonly {
    readonly key: string;
    readonly look: StateLook;
    readonly quiet: boolean;
    readonly count: number;
    readonly below: number;
  }[];
}

/** Runs by state over time. Dragging over bars, or clicking one, leads to the runs of that span. */
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
  const indexAt = (x: number) => Math.min(bars.length - 1, Math.max(0, Math.floor((x - margin.left) / pitch)));
  const { brush, handlers } = useBrush(({ from, to }) => {
    const first = bars[indexAt(from)];
    const last = bars[indexAt(to)];
    if (first !== undefined && last !== undefined) onSpan(first.start, last.end);
  });
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return null;
  const top = Math.max(4, roundUp(Math.max(...bars.map((bar) => bar.total))));
  const y = (value: number) => margin.top + (1 - value / top) * (height - margin.top - margin.bottom);
  const step = timeStep(last.end - first.start, Math.max(2, width / 90));
  const shown = near === undefined ? undefined : bars[near];
  return (
    <div ref={box} className="relative select-none">
      <svg
        role="img"
        aria-label={`Runs by state over time: ${count(bars.reduce((sum, bar) => sum + bar.total, 0))} runs in ${bars.length} bars`}
        width={width}
        height={height}
        className="block cursor-crosshair touch-pan-y"
        {...handlers}
        onPointerMove={(event) => {
          handlers.onPointerMove(event);
          setNear(indexAt(event.clientX - event.currentTarget.getBoundingClientRect().left));
        }}
        onPointerLeave={() => setNear(undefined)}
      >
        {(top % 2 === 0 ? [0, top / 2, top] : [0, top]).map((value) => (
          <g key={value}>
            <line x1={margin.left} x2={width} y1={y(value)} y2={y(value)} stroke="var(--line)" />
            <text x={margin.left - 8} y={y(value) + 4} textAnchor="end" fontSize="11" fill="var(--faint)">
              {count(value)}
            </text>
          </g>
        ))}
        {localTicks(first.start, last.end, step).map((tick) => (
          <text
            key={tick}
            x={margin.left + ((tick - first.start) / (last.end - first.start)) * inner}
            y={height - 4}
            textAnchor="middle"
            fontSize="11"
            fill="var(--faint)"
          >
            {axisTime(tick, step)}
          </text>
        ))}
        {bars.map((bar, index) => (
          <g key={bar.start} opacity={near === undefined || near === index ? 1 : 0.75}>
            {bar.parts.map((part) => (
              <rect
                key={part.key}
                x={margin.left + index * pitch + Math.min(1, pitch * 0.12)}
                width={Math.max(1, pitch - Math.min(2, pitch * 0.24))}
                y={y(part.below + part.count)}
                height={Math.max(0.5, y(part.below) - y(part.below + part.count))}
                fill={stateColor(part.look)}
                fillOpacity={part.quiet ? 0.68 : 1}
              />
            ))}
          </g>
        ))}
        {brush === undefined ? null : (
          <rect
            x={Math.min(brush.from, brush.to)}
            width={Math.abs(brush.to - brush.from)}
            y={0}
            height={height - margin.bottom}
            fill="var(--accent)"
            fillOpacity="0.14"
          />
        )}
      </svg>
      {shown === undefined || shown.total === 0 ? null : (
        <div
          className="pointer-events-none absolute top-1 z-10 rounded-md border bg-surface px-2 py-1.5 text-xs whitespace-nowrap shadow-pop"
          style={
            (near ?? 0) > bars.length / 2
              ? { right: width - margin.left - (near ?? 0) * pitch + 6 }
              : { left: margin.left + ((near ?? 0) + 1) * pitch + 6 }
          }
        >
          <p className="text-faint">
            {dateAndClock(shown.start)} – {axisTime(shown.end, 60_000)}
          </p>
          {shown.parts.toReversed().map((part) => (
            <p key={part.key} className="flex items-center gap-1.5">
              <span className="size-2 rounded-[2px]" style={{ background: stateColor(part.look) }} />
              <span className="mr-3">{part.look.label}</span>
              <span className="ml-auto">{count(part.count)}</span>
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

function barOf(interval: Dashboard["history"][number]): Bar {
  const sorted = interval.states.toSorted((a, b) => stack.indexOf(a.state_type) - stack.indexOf(b.state_type));
  let below = 0;
  const parts = sorted.map((state) => {
    const part = {
      // What went well is the ground on which the rest is seen.
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
