import { useMemo } from "react";
import type { TaskRunRow } from "../api/types.ts";
import { RunBarChart } from "../charts/run-bar-chart.tsx";
import { milliseconds } from "../format.ts";

const height = 112;

/** The task runs that are loaded and have begun as bars, the newest at the right. */
export function RecentTaskRuns({ runs }: { readonly runs: readonly TaskRunRow[] }) {
  const begun = useMemo(
    () =>
      runs
        .flatMap(({ id, name, flow_run_name, state_type, state_name, start_time, total_run_time, state_timestamp }) => {
          if (start_time === null) return [];
          const running =
            state_type === "RUNNING" && state_timestamp !== null ? Date.now() - milliseconds(state_timestamp) : 0;
          return {
            id,
            name,
            ...(flow_run_name === null ? {} : { flow_name: flow_run_name }),
            state_type,
            state_name,
            start: start_time,
            duration: total_run_time + running / 1000,
          };
        })
        .toSorted((a, b) => milliseconds(a.start) - milliseconds(b.start)),
    [runs],
  );
  return (
    <section aria-label="Recent task runs" className="min-w-0">
      <h2 className="flex h-6 items-center text-xs text-faint">Recent task runs</h2>
      <RunBarChart runs={begun} of="task-run" height={height} label="Recent task runs" />
    </section>
  );
}
