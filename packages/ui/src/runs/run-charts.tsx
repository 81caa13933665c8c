import { type ReactNode, useMemo } from "react";
import type { FlowRunPoint } from "../api/types.ts";
import { RunBarChart } from "../charts/run-bar-chart.tsx";
import { Segmented } from "../components/button.tsx";
import { useMedia } from "../components/media.ts";
import { amount, milliseconds } from "../format.ts";
import { RunScatter } from "./run-scatter.tsx";
import { type ChartName, maxPoints, moment, type RunsSearch, type RunsSearchChange } from "./runs-search.ts";

const height = 112;

/** The runs of the list as bars, and as points over time: side by side, or one of both where there is less space. */
export function RunCharts({
  points,
  search,
  onChange,
}: {
  readonly points: readonly FlowRunPoint[];
  readonly search: RunsSearch;
  readonly onChange: (change: RunsSearchChange) => void;
}) {
  const both = useMedia("(min-width: 1100px)");
  const chart: ChartName = search.chart ?? "bars";
  const isTimed = search.since !== undefined || search.until !== undefined;
  const begun = useMemo(() => begunRuns(points), [points]);
  const [since, until] = useMemo(() => ends(search.since, search.until, Date.now()), [search.since, search.until]);
  const bars = <RunBarChart runs={begun} height={height} label="Recent runs" />;
  const scatter = (
    <RunScatter
      runs={points}
      height={height}
      since={since}
      until={until}
      onSpan={(from, to) => onChange({ since: new Date(from).toISOString(), until: new Date(to).toISOString() })}
    />
  );
  const back = isTimed ? (
    <button
      type="button"
      className="rounded-sm text-xs text-accent hover:underline"
      onClick={() => onChange({ since: undefined, until: undefined })}
    >
      All times
    </button>
  ) : null;
  const overTime = points.length >= maxPoints ? `Newest ${amount(maxPoints, "run")} over time` : "Over time";
  if (!both) {
    return (
      <div className="flex flex-col gap-1">
        <div className="flex min-h-7 items-center gap-3">
          <Segmented
            label="Chart"
            value={chart}
            options={[
              { value: "bars", label: "Recent runs" },
              { value: "time", label: overTime },
            ]}
            onChange={(next) => onChange({ chart: next === "bars" ? undefined : next })}
          />
          {chart === "time" ? back : null}
        </div>
        {chart === "bars" ? bars : scatter}
      </div>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-8">
      <Chart title="Recent runs">{bars}</Chart>
      <Chart title={overTime} tools={back}>
        {scatter}
      </Chart>
    </div>
  );
}

function Chart(props: { readonly title: string; readonly tools?: ReactNode; readonly children: ReactNode }) {
  return (
    <section aria-label={props.title} className="min-w-0">
      <div className="flex h-6 items-center justify-between gap-3 text-xs text-faint">
        <h2 className="truncate">{props.title}</h2>
        {props.tools}
      </div>
      {props.children}
    </section>
  );
}

/** Oldest first, without runs that are only expected later. */
function begunRuns(points: readonly FlowRunPoint[]) {
  const now = Date.now();
  return points
    .filter((point) => milliseconds(point.timestamp) <= now)
    .toSorted((a, b) => milliseconds(a.timestamp) - milliseconds(b.timestamp))
    .map((point) => ({
      ...point,
      start: point.timestamp,
      duration: point.duration > 0 || point.state_type === "RUNNING" ? point.duration : null,
    }));
}

function ends(since: string | undefined, until: string | undefined, now: number) {
  const [from, to] = [moment(since, now), moment(until, now)].map((time) =>
    time === undefined ? undefined : milliseconds(time),
  );
  return [from, to ?? (from === undefined ? undefined : now)] as const;
}
