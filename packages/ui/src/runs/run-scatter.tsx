import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { FlowRunPoint } from "../api/types.ts";
import { useBrush } from "../components/brush.ts";
import { localTicks, roundDuration, timeStep } from "../components/scale.ts";
import { useSize } from "../components/size.ts";
import { axisSeconds, axisTime, exact, milliseconds, seconds } from "../format.ts";
import { stateColor, stateLook } from "../states.ts";

const height = 112;
const margin = { left: 62, right: 12, top: 8, bottom: 20 };

interface Dot {
  readonly run: FlowRunPoint;
  readonly x: number;
  readonly y: number;
}

/** Duration of each run over the time at which it started; dragging over a span narrows the list to it. */
export function RunScatter({
  runs,
  onSpan,
}: {
  readonly runs: readonly FlowRunPoint[];
  readonly onSpan: (since: number, until: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const navigate = useNavigate();
  const [near, setNear] = useState<Dot>();
  const chart = useMemo(() => layout(runs, width), [runs, width]);
  const { brush, handlers } = useBrush(({ from, to }) => onSpan(chart.timeAt(from), chart.timeAt(to)));
  if (chart.dots.length < 2) return <div ref={box} />;
  const step = timeStep(chart.to - chart.from, Math.max(2, width / 110));
  return (
    <div ref={box} className="relative select-none">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the same runs stand in the list below, reachable by keyboard */}
      <svg
        role="img"
        aria-label={`Durations of ${chart.dots.length} runs over time`}
        width={width}
        height={height}
        className="block touch-pan-y"
        {...handlers}
        onPointerMove={(event) => {
          handlers.onPointerMove(event);
          const bounds = event.currentTarget.getBoundingClientRect();
          setNear(nearest(chart.dots, event.clientX - bounds.left, event.clientY - bounds.top));
        }}
        onPointerLeave={() => setNear(undefined)}
        onClick={() =>
          near !== undefined &&
          brush === undefined &&
          void navigate({ to: "/runs/flow-run/$id", params: { id: near.run.id } })
        }
        style={{ cursor: near === undefined ? "crosshair" : "pointer" }}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line
              x1={margin.left}
              x2={width - margin.right}
              y1={chart.yAt(share * chart.top)}
              y2={chart.yAt(share * chart.top)}
              stroke="var(--line)"
            />
            <text
              x={margin.left - 8}
              y={chart.yAt(share * chart.top) + 4}
              textAnchor="end"
              fontSize="11"
              fill="var(--faint)"
            >
              {axisSeconds(share * chart.top)}
            </text>
          </g>
        ))}
        {localTicks(chart.from, chart.to, step).map((tick) => (
          <text key={tick} x={chart.xAt(tick)} y={height - 5} textAnchor="middle" fontSize="11" fill="var(--faint)">
            {axisTime(tick, step)}
          </text>
        ))}
        {chart.dots.map((dot) => (
          <circle
            key={dot.run.id}
            cx={dot.x}
            cy={dot.y}
            r={dot === near ? 5 : 3.2}
            fill={stateColor(stateLook(dot.run.state_type, dot.run.state_name))}
            fillOpacity={dot === near ? 1 : 0.72}
          />
        ))}
        {brush === undefined ? null : (
          <rect
            x={Math.min(brush.from, brush.to)}
            width={Math.abs(brush.to - brush.from)}
            y={margin.top}
            height={height - margin.top - margin.bottom}
            fill="var(--accent)"
            fillOpacity="0.14"
          />
        )}
      </svg>
      {near === undefined ? null : (
        <div
          className="pointer-events-none absolute z-10 max-w-72 rounded-md border bg-surface px-2 py-1 text-xs whitespace-nowrap shadow-pop"
          style={{
            top: Math.max(0, near.y - 52),
            ...(near.x > width / 2 ? { right: width - near.x + 10 } : { left: near.x + 10 }),
          }}
        >
          <p className="truncate font-medium">{near.run.name}</p>
          <p className="text-muted">
            {near.run.flow_name} · {stateLook(near.run.state_type, near.run.state_name).label} ·{" "}
            {seconds(near.run.duration)}
          </p>
          <p className="text-faint">{exact(near.run.timestamp)}</p>
        </div>
      )}
    </div>
  );
}

function layout(points: readonly FlowRunPoint[], width: number) {
  const started = points.filter((point) => point.duration > 0);
  const times = started.map((point) => milliseconds(point.timestamp));
  const from = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const to = times.reduce((most, time) => Math.max(most, time), from + 1000);
  const top = roundDuration(started.reduce((most, point) => Math.max(most, point.duration), 0.01));
  const inner = Math.max(1, width - margin.left - margin.right);
  const xAt = (time: number) => margin.left + ((time - from) / (to - from)) * inner;
  const yAt = (value: number) => margin.top + (1 - value / top) * (height - margin.top - margin.bottom);
  const timeAt = (x: number) => from + ((x - margin.left) / inner) * (to - from);
  const dots = started.map((run, index): Dot => ({ run, x: xAt(times[index] ?? from), y: yAt(run.duration) }));
  return { dots, from, to, top, xAt, yAt, timeAt };
}

function nearest(dots: readonly Dot[], x: number, y: number): Dot | undefined {
  let best: Dot | undefined;
  let bestDistance = 14 ** 2;
  for (const dot of dots) {
    const distance = (dot.x - x) ** 2 + (dot.y - y) ** 2;
    if (distance < bestDistance) {
      best = dot;
      bestDistance = distance;
    }
  }
  return best;
}
