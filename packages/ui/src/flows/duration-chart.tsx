import { useMemo, useRef, useState } from "react";
import type { FlowPage } from "../api/types.ts";
import { ChartTip } from "../charts/chart-tip.tsx";
import { durationScale } from "../charts/duration-scale.ts";
import { BrushArea, brushKeys, useSpanBrush } from "../charts/span-brush.tsx";
import { timeSteps } from "../charts/time-steps.ts";
import { useSize } from "../components/size.ts";
import { amount, axisSeconds, axisTime, milliseconds, seconds, spanText } from "../format.ts";

const height = 134;
const margin = { left: 56, right: 10, top: 12, bottom: 22 };

interface Point {
  readonly slot: number;
  readonly at: number;
  readonly median: number;
  readonly p95: number;
  readonly runs: number;
}

/** Durations of completed runs over time: the median as a line, the 95th percentile as the edge of a band above it. */
export function DurationChart({
  durations,
  onSpan,
}: {
  readonly durations: FlowPage["durations"];
  readonly onSpan: (since: number, until: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [near, setNear] = useState<number>();
  const points = useMemo(() => durations.flatMap(pointOf), [durations]);
  const scale = useMemo(() => durationScale(points.flatMap((point) => [point.median, point.p95])), [points]);
  const inner = Math.max(1, width - margin.left - margin.right);
  const slotAt = (x: number) => Math.floor(((x - margin.left) / inner) * durations.length);
  const ends = (first: number, last: number) =>
    [milliseconds(durations[first]?.start ?? 0), milliseconds(durations[last]?.end ?? 0)] as const;
  const brush = useSpanBrush({
    slots: durations.length,
    slotAt,
    onChosen: ({ first, last }) => onSpan(...ends(first, last)),
  });
  const { span, byKeys } = brush;
  if (points.length === 0 || durations.length === 0) {
    return (
      <p ref={box} className="flex items-center justify-center p-3 text-faint" style={{ height }}>
        No run completed in this time.
      </p>
    );
  }
  const [from, to] = ends(0, durations.length - 1);
  const x = (time: number) => margin.left + ((time - from) / (to - from)) * inner;
  const y = (value: number) => margin.top + (1 - scale.share(value)) * (height - margin.top - margin.bottom);
  const line = (value: (point: Point) => number) =>
    points
      .map((point, index) => `${index === 0 ? "M" : "L"}${x(point.at).toFixed(1)} ${y(value(point)).toFixed(1)}`)
      .join("");
  const band = `${line((point) => point.p95)}${points
    .toReversed()
    .map((point) => `L${x(point.at).toFixed(1)} ${y(point.median).toFixed(1)}`)
    .join("")}Z`;
  const steps = timeSteps(from, to, Math.max(2, width / 90));
  const shown = span ?? (near === undefined ? undefined : { first: near, last: near });
  const [shownFrom, shownTo] = ends(shown?.first ?? 0, shown?.last ?? durations.length - 1);
  const parts = summary(
    points.filter(({ slot }) => shown === undefined || (slot >= shown.first && slot <= shown.last)),
  );
  return (
    <BrushArea
      ref={box}
      brush={brush}
      label="Median and p95 of durations over time"
      text={`${spanText(shownFrom, shownTo)}: ${parts.join(", ")}. ${brushKeys}`}
      height={height}
      className="cursor-crosshair"
      onMove={(event) => {
        const slot = slotAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
        setNear(slot < 0 || slot >= durations.length ? undefined : slot);
      }}
      onLeave={() => setNear(undefined)}
    >
      <svg aria-hidden="true" width={width} height={height} className="block">
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
            <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end" fontSize="11" fill="var(--faint)">
              {axisSeconds(tick)}
            </text>
          </g>
        ))}
        {steps
          .ticks(from, to)
          .filter((tick) => x(tick) > margin.left + 12 && x(tick) < width - 24)
          .map((tick) => (
            <text key={tick} x={x(tick)} y={height - 6} textAnchor="middle" fontSize="11" fill="var(--faint)">
              {axisTime(tick, steps.length)}
            </text>
          ))}
        {shown === undefined ? null : (
          <rect
            x={x(shownFrom)}
            width={Math.max(1, x(shownTo) - x(shownFrom))}
            y={margin.top - 4}
            height={height - margin.top - margin.bottom + 4}
            fill={span === undefined ? "var(--hover)" : "var(--accent)"}
            fillOpacity={span === undefined ? 1 : 0.14}
          />
        )}
        <path d={band} fill="var(--accent)" fillOpacity="0.1" />
        <path
          d={line((point) => point.p95)}
          fill="none"
          stroke="var(--accent)"
          strokeOpacity="0.6"
          strokeWidth="1.2"
          strokeDasharray="3 3"
        />
        <path d={line((point) => point.median)} fill="none" stroke="var(--accent)" strokeWidth="1.8" />
        {points.map((point) => (
          <circle
            key={point.at}
            cx={x(point.at)}
            cy={y(point.median)}
            r={point.slot === near ? 4 : points.length < 40 ? 2.4 : 0}
            fill="var(--accent)"
          />
        ))}
      </svg>
      {shown === undefined ? null : (
        <ChartTip x={x(shownTo)} width={width}>
          <span className="font-medium whitespace-nowrap">{spanText(shownFrom, shownTo)}</span>
          {parts.map((part) => (
            <span key={part} className="text-muted">
              {part}
            </span>
          ))}
          {byKeys ? <span className="mt-1 text-faint">{brushKeys}</span> : null}
        </ChartTip>
      )}
    </BrushArea>
  );
}

function pointOf(bucket: FlowPage["durations"][number], slot: number): readonly Point[] {
  const { median, p95, runs } = bucket;
  if (median === null || p95 === null) return [];
  return [{ slot, at: (milliseconds(bucket.start) + milliseconds(bucket.end)) / 2, median, p95, runs }];
}

/** Several buckets have no exact median without their runs, so their range is shown. */
function summary(points: readonly Point[]): readonly string[] {
  const runs = points.reduce((sum, point) => sum + point.runs, 0);
  if (runs === 0) return ["no run completed"];
  const range = (values: readonly number[]) => {
    const [least, most] = [Math.min(...values), Math.max(...values)].map(seconds);
    return least === most ? least : `${least} to ${most}`;
  };
  return [
    `median ${range(points.map((point) => point.median))}`,
    `p95 ${range(points.map((point) => point.p95))}`,
    amount(runs, "completed run"),
  ];
}
