import { useNavigate } from "@tanstack/react-router";
import { bisectRight } from "d3-array";
import { type PointerEvent, useMemo, useRef, useState } from "react";
import type { FlowRunPoint, StateType } from "../api/types.ts";
import { ChartTip } from "../charts/chart-tip.tsx";
import { durationScale } from "../charts/duration-scale.ts";
import { RunTip } from "../charts/run-bar-chart.tsx";
import { BrushArea, brushKeys, useSpanBrush } from "../charts/span-brush.tsx";
import { timeSteps } from "../charts/time-steps.ts";
import { useSize } from "../components/size.ts";
import { amount, axisSeconds, axisTime, milliseconds, spanText } from "../format.ts";
import { isBad, stateColor, stateLook } from "../states.ts";

const margin = { left: 46, right: 8, top: 8, bottom: 20 };
const maxSlots = 120;
/** A few runs at about the same time get some time around them. */
const minSpanMs = 600_000;
/** A click farther from the place of the press is the end of a drag. */
const clickPixels = 4;

interface Dot {
  readonly run: FlowRunPoint;
  readonly time: number;
  readonly x: number;
  readonly y: number;
}

/** The duration of each run over its start time; a selected span narrows the list. */
export function RunScatter(props: {
  readonly runs: readonly FlowRunPoint[];
  readonly height: number;
  /** The ends of the time filter, if any, which then determine the axis. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly onSpan: (since: number, until: number) => void;
}) {
  const { runs, height, since, until, onSpan } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const navigate = useNavigate();
  const [near, setNear] = useState<Dot>();
  const pressed = useRef(0);
  const chart = useMemo(() => layout(runs, { width, height, since, until }), [runs, width, height, since, until]);
  const { edges } = chart;
  const startOf = (index: number) => edges[index] ?? chart.to;
  const brush = useSpanBrush({
    slots: edges.length - 1,
    slotAt: (x) => bisectRight(edges, chart.timeAt(x)) - 1,
    onChosen: (chosen) => onSpan(startOf(chosen.first), startOf(chosen.last + 1)),
    click: false,
  });
  const { span, byKeys } = brush;
  const marks = useMemo(() => chart.dots.map((dot) => <Mark key={dot.run.id} dot={dot} />), [chart]);
  const marked = span === undefined ? undefined : { from: startOf(span.first), to: startOf(span.last + 1) };
  const steps = timeSteps(chart.from, chart.to, Math.max(2, width / 76));
  const spoken = { from: marked?.from ?? chart.from, to: marked?.to ?? chart.to };
  return (
    <BrushArea
      ref={box}
      brush={brush}
      label="Durations of runs over time"
      text={`${spanText(spoken.from, spoken.to)}: ${summary(chart.dots, spoken)}. ${brushKeys}`}
      height={height}
      className={near === undefined ? "cursor-crosshair" : "cursor-pointer"}
      onPress={(event) => {
        pressed.current = event.clientX;
      }}
      onMove={(event) => setNear(nearest(chart.dots, event))}
      onLeave={() => setNear(undefined)}
      onRelease={(event) => {
        const isClick = event.button === 0 && Math.abs(event.clientX - pressed.current) <= clickPixels;
        const dot = nearest(chart.dots, event);
        if (isClick && dot !== undefined) void navigate({ to: "/runs/flow-run/$id", params: { id: dot.run.id } });
      }}
    >
      <svg aria-hidden="true" width={width} height={height} className="block">
        {chart.scale.ticks.map((tick) => (
          <g key={tick}>
            <line
              x1={margin.left}
              x2={width - margin.right}
              y1={chart.yAt(tick)}
              y2={chart.yAt(tick)}
              stroke="var(--line)"
            />
            <text x={margin.left - 8} y={chart.yAt(tick) + 4} textAnchor="end" fontSize="11" fill="var(--faint)">
              {axisSeconds(tick)}
            </text>
          </g>
        ))}
        {steps
          .ticks(chart.from, chart.to)
          .filter((tick) => chart.xAt(tick) > margin.left + 12 && chart.xAt(tick) < width - 24)
          .map((tick) => (
            <g key={tick}>
              <line
                x1={chart.xAt(tick)}
                x2={chart.xAt(tick)}
                y1={height - margin.bottom}
                y2={height - margin.bottom + 4}
                stroke="var(--line-strong)"
              />
              <text x={chart.xAt(tick)} y={height - 4} textAnchor="middle" fontSize="11" fill="var(--faint)">
                {axisTime(tick, steps.length)}
              </text>
            </g>
          ))}
        {marks}
        {near === undefined ? null : (
          <circle cx={near.x} cy={near.y} r={7} fill="none" stroke="var(--text)" strokeWidth={1.5} />
        )}
        {marked === undefined ? null : (
          <rect
            x={chart.xAt(marked.from)}
            width={Math.max(1, chart.xAt(marked.to) - chart.xAt(marked.from))}
            y={margin.top - 4}
            height={height - margin.top - margin.bottom + 4}
            fill="var(--accent)"
            fillOpacity="0.14"
            stroke="var(--accent)"
            strokeOpacity="0.5"
          />
        )}
      </svg>
      {marked !== undefined ? (
        <ChartTip x={chart.xAt(chart.xAt(marked.to) > width / 2 ? marked.from : marked.to)} width={width}>
          <span className="font-medium">{spanText(marked.from, marked.to)}</span>
          <span className="text-muted">{summary(chart.dots, marked)}</span>
          {byKeys ? <span className="text-faint">{brushKeys}</span> : null}
        </ChartTip>
      ) : near !== undefined ? (
        <ChartTip x={near.x} width={width} top={Math.max(0, near.y - 68)}>
          <RunTip run={{ ...near.run, start: near.run.timestamp }} spent={near.run.duration} />
        </ChartTip>
      ) : null}
      {chart.dots.length === 0 && width > 0 ? (
        <p className="absolute inset-0 flex items-center justify-center text-faint">None of these runs has started.</p>
      ) : null}
    </BrushArea>
  );
}

/** A shape per state, so that colour is not the only difference. */
const shapes: Readonly<Partial<Record<StateType, string>>> = {
  FAILED: "M-3.200-3.200L3.200 3.200M3.200-3.200L-3.200 3.200",
  CRASHED: "M0-4L4 3.200H-4z",
  CANCELLED: "M-3-3h6v6h-6z",
  CANCELLING: "M-3-3h6v6h-6z",
  PAUSED: "M-2-3.500V3.500M2-3.500V3.500",
};

function Mark({ dot }: { readonly dot: Dot }) {
  const { state_type, state_name } = dot.run;
  const color = stateColor(stateLook(state_type, state_name));
  const path = state_type === null ? undefined : shapes[state_type];
  if (state_type === "COMPLETED") return <circle cx={dot.x} cy={dot.y} r={2.8} fill={color} fillOpacity={0.55} />;
  if (path === undefined) return <circle cx={dot.x} cy={dot.y} r={3.2} fill="none" stroke={color} strokeWidth={1.8} />;
  const isLine = !path.endsWith("z");
  return (
    <path
      d={path}
      transform={`translate(${dot.x} ${dot.y})`}
      fill={isLine ? "none" : color}
      stroke={isLine ? color : "none"}
      strokeWidth={2}
      strokeLinecap="round"
    />
  );
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly since: number | undefined;
  readonly until: number | undefined;
}

function layout(points: readonly FlowRunPoint[], { width, height, since, until }: Frame) {
  const started = points
    .filter((point) => point.duration > 0)
    .map((run) => ({ run, time: milliseconds(run.timestamp) }));
  // Failures are drawn last, on top.
  started.sort((a, b) => Number(isBad(a.run.state_type)) - Number(isBad(b.run.state_type)));
  const newest = started.reduce((most, { time }) => Math.max(most, time), since ?? 0);
  const oldest = started.reduce((least, { time }) => Math.min(least, time), newest);
  const low = since ?? Math.min(oldest, newest - minSpanMs);
  const high = Math.max(until ?? newest, low + 1000);
  const edges = timeSteps(low, high, maxSlots).edges(low, high + 1);
  const [from, to] = [edges[0] ?? low, edges.at(-1) ?? high];
  const scale = durationScale(started.map(({ run }) => run.duration));
  const inner = Math.max(1, width - margin.left - margin.right);
  const xAt = (time: number) => margin.left + ((time - from) / (to - from)) * inner;
  const yAt = (value: number) => margin.top + (1 - scale.share(value)) * (height - margin.top - margin.bottom);
  const timeAt = (x: number) => from + ((x - margin.left) / inner) * (to - from);
  const dots = started.map(({ run, time }): Dot => ({ run, time, x: xAt(time), y: yAt(run.duration) }));
  return { dots, from, to, edges, scale, xAt, yAt, timeAt };
}

function summary(dots: readonly Dot[], { from, to }: { readonly from: number; readonly to: number }): string {
  const inside = dots.filter(({ time }) => time >= from && time < to);
  const bad = inside.filter(({ run }) => isBad(run.state_type)).length;
  return `${amount(inside.length, "run")}${bad === 0 ? "" : `, ${bad} failed`}`;
}

function nearest(dots: readonly Dot[], event: PointerEvent<Element>): Dot | undefined {
  const bounds = event.currentTarget.getBoundingClientRect();
  const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
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
