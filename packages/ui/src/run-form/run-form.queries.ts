import type { readRunForm } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";

export function runFormQuery(deploymentId: string, from: string | undefined) {
  return queryOptions({
    queryKey: ["run-form", deploymentId, from ?? null],
    queryFn: ({ signal }) =>
      call<typeof readRunForm>("GET /ui/deployments/{id}/run-form", {
        params: { id: deploymentId },
        query: from === undefined ? {} : { from },
        signal,
      }),
  });
}
