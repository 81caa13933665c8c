import { nice } from "d3-array";
import { useRef, useState } from "react";
import { ChartTip } from "../charts/chart-tip.tsx";
import { BrushArea, brushKeys, useSpanBrush } from "../charts/span-brush.tsx";
import { timeSteps } from "../charts/time-steps.ts";
import { useSize } from "../components/size.ts";
import { amount, axisTime, count, spanText } from "../format.ts";
import type { CountedEvents } from "./events.queries.ts";

const height = 96;
const margin = { left: 44, right: 4, top: 8, bottom: 20 };
/** A single event is seen beside thousands, in pixels. */
const minBarHeight = 2;

/** Events over time. A clicked bar, or a span selected by dragging or by keyboard, becomes the time of the page. */
export function EventsChart({
  counted,
  onSpan,
}: {
  readonly counted: CountedEvents;
  readonly onSpan: (since: number, until: number) => void;
}) {
  const { edges, counts, max_count } = counted;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [near, setNear] = useState<number>();
  const inner = Math.max(1, width - margin.left - margin.right);
  const pitch = inner / Math.max(1, counts.length);
  const slotAt = (x: number) => Math.floor((x - margin.left) / pitch);
  const brush = useSpanBrush({
    slots: counts.length,
    slotAt,
    onChosen: ({ first, last }) => {
      const [from, to] = [edges[first], edges[last + 1]];
      if (from !== undefined && to !== undefined) onSpan(from, to);
    },
  });
  const [begin, end] = [edges[0], edges.at(-1)];
  if (begin === undefined || end === undefined) return null;
  const [, top] = nice(0, Math.max(4, ...counts), 2);
  const y = (value: number) => margin.top + (1 - value / top) * (height - margin.top - margin.bottom);
  const steps = timeSteps(begin, end, Math.max(2, width / 90));
  const x = (time: number) => margin.left + ((time - begin) / (end - begin)) * inner;
  const shown = brush.span ?? (near === undefined ? undefined : { first: near, last: near });
  const { first, last } = shown ?? { first: 0, last: counts.length - 1 };
  const marked = counts.slice(first, last + 1);
  const total = marked.reduce((sum, each) => sum + each, 0);
  const isMore = max_count !== null && marked.some((each) => each >= max_count);
  const span = spanText(edges[first] ?? begin, edges[last + 1] ?? end);
  const said = `${count(total)}${isMore ? " or more" : ""} ${total === 1 ? "event" : "events"}`;
  return (
    <BrushArea
      ref={box}
      brush={brush}
      label="Events over time"
      text={`${span}: ${said}. ${brushKeys}`}
      height={height}
      className="cursor-crosshair"
      onMove={(event) => {
        const slot = slotAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
        setNear(slot < 0 || slot >= counts.length ? undefined : slot);
      }}
      onLeave={() => setNear(undefined)}
    >
      <svg aria-hidden="true" width={width} height={height} className="block">
        {[0, top].map((value) => (
          <g key={value}>
            <line x1={margin.left} x2={width} y1={y(value)} y2={y(value)} stroke="var(--line)" />
            <text x={margin.left - 8} y={y(value) + 4} textAnchor="end" fontSize="11" fill="var(--faint)">
              {count(value)}
            </text>
          </g>
        ))}
        {steps
          .ticks(begin, end)
          .filter((tick) => x(tick) > margin.left + 14 && x(tick) < width - 22)
          .map((tick) => (
            <text key={tick} x={x(tick)} y={height - 4} textAnchor="middle" fontSize="11" fill="var(--faint)">
              {axisTime(tick, steps.length)}
            </text>
          ))}
        {counts.map((value, index) => (
          <rect
            key={edges[index]}
            x={margin.left + index * pitch + Math.min(1, pitch * 0.12)}
            width={Math.max(1, pitch - Math.min(2, pitch * 0.24))}
            y={value === 0 ? y(0) : Math.min(y(value), y(0) - minBarHeight)}
            height={value === 0 ? 0 : Math.max(minBarHeight, y(0) - y(value))}
            fill="var(--accent)"
            fillOpacity={shown === undefined || (index >= first && index <= last) ? 0.75 : 0.35}
          />
        ))}
        {brush.span === undefined ? null : (
          <rect
            x={margin.left + brush.span.first * pitch}
            width={(brush.span.last - brush.span.first + 1) * pitch}
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
          <span className="font-medium whitespace-nowrap">{span}</span>
          <span>{isMore ? said : amount(total, "event")}</span>
          {brush.byKeys ? <span className="mt-1 text-faint">{brushKeys}</span> : null}
        </ChartTip>
      )}
    </BrushArea>
  );
}
