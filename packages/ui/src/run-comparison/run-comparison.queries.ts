import type { compareFlowRuns } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";

export function comparisonQuery(a: string, b: string) {
  return queryOptions({
    queryKey: ["run-comparison", a, b],
    queryFn: ({ signal }) =>
      call<typeof compareFlowRuns>("GET /ui/flow_runs/{id}/comparison/{other_id}", {
        params: { id: a, other_id: b },
        signal,
      }),
  });
}
