import type { readDashboard } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import { type DashboardSearch, dashboardRange } from "./dashboard-search.ts";

export function dashboardQuery(search: DashboardSearch) {
  return queryOptions({
    queryKey: ["dashboard", search],
    queryFn: ({ signal }) => {
      const { from, to, edges } = dashboardRange(search, Date.now());
      return call<typeof readDashboard>("POST /ui/dashboard", {
        body: {
          since: new Date(from).toISOString(),
          until: new Date(to).toISOString(),
          edges: edges.map((edge) => new Date(edge).toISOString()),
          subflows: search.subflows === "show",
          ...(search.tag === undefined ? {} : { tags: [...search.tag] }),
          ...(search.flow === undefined ? {} : { flow_ids: [...search.flow] }),
        },
        signal,
      });
    },
  });
}
