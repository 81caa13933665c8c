import { useRef, useState } from "react";
import type { FlowPage } from "../api/types.ts";
import { localTicks, roundDuration, timeStep } from "../components/scale.ts";
import { useSize } from "../components/size.ts";
import { amount, axisSeconds, axisTime, dateAndClock, milliseconds, seconds } from "../format.ts";

const height = 134;
const margin = { left: 56, right: 10, top: 12, bottom: 22 };

/** How long the runs took over time: the median as a line, the 95th percentile as the edge of a band above it. */
export function DurationChart({ durations }: { readonly durations: FlowPage["durations"] }) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [near, setNear] = useState<number>();
  const points = durations.flatMap((bucket) =>
    bucket.median === null || bucket.p95 === null
      ? []
      : [
          {
            at: (milliseconds(bucket.start) + milliseconds(bucket.end)) / 2,
            median: bucket.median,
            p95: bucket.p95,
            bucket,
          },
        ],
  );
  const first = durations[0];
  const last = durations.at(-1);
  if (points.length === 0 || first === undefined || last === undefined) {
    return (
      <div ref={box} className="p-3 text-faint">
        No run completed in this time.
      </div>
    );
  }
  const from = milliseconds(first.start);
  const to = milliseconds(last.end);
  const top = roundDuration(Math.max(...points.map((point) => point.p95)));
  const x = (time: number) =>
    margin.left + ((time - from) / (to - from)) * Math.max(1, width - margin.left - margin.right);
  const y = (value: number) => margin.top + (1 - value / top) * (height - margin.top - margin.bottom);
  const line = (value: (point: (typeof points)[number]) => number) =>
    points
      .map((point, index) => `${index === 0 ? "M" : "L"}${x(point.at).toFixed(1)} ${y(value(point)).toFixed(1)}`)
      .join("");
  const band = `${line((point) => point.p95)}${points
    .toReversed()
    .map((point) => `L${x(point.at).toFixed(1)} ${y(point.median).toFixed(1)}`)
    .join("")}Z`;
  const step = timeStep(to - from, Math.max(2, width / 96));
  const shown = near === undefined ? undefined : points[near];
  return (
    <div ref={box} className="relative">
      <svg
        role="img"
        aria-label={`Median and p95 of durations in ${points.length} spans of time; lately ${seconds(points.at(-1)?.median ?? 0)} and ${seconds(points.at(-1)?.p95 ?? 0)}`}
        width={width}
        height={height}
        className="block"
        onPointerMove={(event) => {
          const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
          let best = 0;
          points.forEach((point, index) => {
            if (Math.abs(x(point.at) - at) < Math.abs(x(points[best]?.at ?? 0) - at)) best = index;
          });
          setNear(best);
        }}
        onPointerLeave={() => setNear(undefined)}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line
              x1={margin.left}
              x2={width - margin.right}
              y1={y(share * top)}
              y2={y(share * top)}
              stroke="var(--line)"
            />
            <text x={margin.left - 8} y={y(share * top) + 4} textAnchor="end" fontSize="11" fill="var(--faint)">
              {axisSeconds(share * top)}
            </text>
          </g>
        ))}
        {localTicks(from, to, step).map((tick) => (
          <text key={tick} x={x(tick)} y={height - 6} textAnchor="middle" fontSize="11" fill="var(--faint)">
            {axisTime(tick, step)}
          </text>
        ))}
        <path d={band} fill="var(--accent)" fillOpacity="0.1" />
        <path
          d={line((point) => point.p95)}
          fill="none"
          stroke="var(--accent)"
          strokeOpacity="0.5"
          strokeWidth="1.2"
          strokeDasharray="3 3"
        />
        <path d={line((point) => point.median)} fill="none" stroke="var(--accent)" strokeWidth="1.8" />
        {points.map((point, index) => (
          <circle
            key={point.at}
            cx={x(point.at)}
            cy={y(point.median)}
            r={index === near ? 4 : points.length < 40 ? 2.4 : 0}
            fill="var(--accent)"
          />
        ))}
      </svg>
      {shown === undefined ? null : (
        <div
          className="pointer-events-none absolute top-1 z-10 rounded-md border bg-surface px-2 py-1 text-xs whitespace-nowrap shadow-pop"
          style={x(shown.at) > width / 2 ? { right: width - x(shown.at) + 10 } : { left: x(shown.at) + 10 }}
        >
          <p className="text-faint">{dateAndClock(shown.bucket.start)}</p>
          <p>
            median {seconds(shown.median)} · p95 {seconds(shown.p95)}
          </p>
          <p className="text-faint">{amount(shown.bucket.runs, "run")}</p>
        </div>
      )}
    </div>
  );
}
