import { Link } from "@tanstack/react-router";
import type { DashboardFlow } from "../api/types.ts";
import { RunBars } from "../charts/run-bars.tsx";
import { count, withReadableTimes } from "../format.ts";
import type { RunsSearch } from "../runs/runs-search.ts";
import { sum } from "./counts.ts";
import { rowClass } from "./run-rows.tsx";

/** A flow with its recent runs, and links to all of its runs and to the failed ones. */
export function FlowLine({ row, lists }: { readonly row: DashboardFlow; readonly lists: RunsSearch }) {
  const total = sum(row.counts);
  const failed = (row.counts.FAILED ?? 0) + (row.counts.CRASHED ?? 0);
  return (
    <div className={`${rowClass} grid-cols-[minmax(0,1fr)_auto_auto] sm:grid-cols-[minmax(0,1fr)_128px_72px_88px]`}>
      <span className="min-w-0">
        <Link
          to="/flows/flow/$id"
          params={{ id: row.flow.id }}
          className="block truncate py-0.5 font-medium hover:underline"
        >
          {row.flow.name}
        </Link>
        {row.last_failure === null ? null : (
          <Link
            to="/runs/flow-run/$id"
            params={{ id: row.last_failure.flow_run_id }}
            className="block truncate py-1 text-xs text-faint hover:text-text"
            title={withReadableTimes(row.last_failure.message ?? "")}
          >
            {withReadableTimes(row.last_failure.message ?? row.last_failure.name)}
          </Link>
        )}
      </span>
      <span className="flex justify-end max-sm:hidden">
        <RunBars runs={row.recent} most={20} height={26} label={`Recent runs of ${row.flow.name}`} />
      </span>
      <Link
        to="/runs"
        search={{ ...lists, flow: [row.flow.id] }}
        className="text-right text-muted hover:text-text hover:underline"
      >
        {count(total)} <span className="sm:hidden">{total === 1 ? "run" : "runs"}</span>
      </Link>
      <Link
        to="/runs"
        search={{ ...lists, flow: [row.flow.id], state: ["FAILED", "CRASHED"] }}
        className={`text-right hover:underline ${failed === 0 ? "text-faint" : "text-(--state-failed)"}`}
      >
        {failed === 0 ? "none failed" : `${count(failed)} failed`}
      </Link>
    </div>
  );
}
