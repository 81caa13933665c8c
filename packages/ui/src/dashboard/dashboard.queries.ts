import type { readDashboard } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { DashboardSearch, DashboardSpan } from "./dashboard-search.ts";

const hour = 3_600_000;
/** How far back, and in how many bars: each bar a span that people count in. */
const spans: Readonly<Record<DashboardSpan, { readonly back: number; readonly buckets: number }>> = {
  "1h": { back: hour, buckets: 60 },
  "24h": { back: 24 * hour, buckets: 48 },
  "7d": { back: 168 * hour, buckets: 56 },
  "30d": { back: 720 * hour, buckets: 60 },
};

export function dashboardQuery(search: DashboardSearch) {
  return queryOptions({
    queryKey: ["dashboard", search],
    queryFn: ({ signal }) => {
      const { back, buckets } = spans[search.since ?? "24h"];
      const step = back / buckets;
      // Bars begin at whole steps, so that they stand still while time goes on.
      const until = Math.ceil(Date.now() / step) * step;
      return call<typeof readDashboard>("POST /ui/dashboard", {
        body: {
          since: new Date(until - back).toISOString(),
          until: new Date(until).toISOString(),
          buckets,
          subflows: search.subflows === "show",
          ...(search.tag === undefined ? {} : { tags: [...search.tag] }),
          ...(search.flow === undefined ? {} : { flow_ids: [...search.flow] }),
        },
        signal,
      });
    },
  });
}
