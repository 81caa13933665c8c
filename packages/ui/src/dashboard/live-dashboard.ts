import { useQueryClient } from "@tanstack/react-query";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { Dashboard, FlowRunRow, LiveChange } from "../api/types.ts";
import { useLivePools } from "../work-pools/live-pools.ts";
import { dashboardQuery } from "./dashboard.queries.ts";
import type { DashboardSearch } from "./dashboard-search.ts";

/** Counts and bars are read again at most this often; rows of runs change at once. */
const restMs = 1500;

/** Displayed rows change at once; counts and bars follow a moment later, with one read for many changes. */
export function useLiveDashboard(search: DashboardSearch): void {
  const queryClient = useQueryClient();
  const key = dashboardQuery(search).queryKey;
  const again = () => queryClient.invalidateQueries({ queryKey: ["dashboard"] });
  const soon = useRested(again, restMs);
  const onChanges = (changes: readonly LiveChange[]) => {
    const rows = new Map(
      changes.flatMap((change) => (change.kind === "flow-run" ? [[change.row.id, change.row] as const] : [])),
    );
    queryClient.setQueryData<Dashboard>(key, (data) => (data === undefined ? data : withRows(data, rows)));
    soon();
  };
  useLive({ kind: "flow-runs" }, { onChanges, onResync: () => void again() });
  useLive({ kind: "automations" }, { onChanges: soon, onResync: () => void again() });
  useLivePools(soon);
}

function withRows(data: Dashboard, rows: ReadonlyMap<string, FlowRunRow>): Dashboard {
  const updated = (list: readonly FlowRunRow[]) => list.map((run) => rows.get(run.id) ?? run);
  return {
    ...data,
    running: updated(data.running),
    waiting: updated(data.waiting),
    upcoming: updated(data.upcoming),
  };
}
