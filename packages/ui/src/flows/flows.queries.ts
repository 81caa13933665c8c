import type { listFlows, readFlowPage } from "@ostinato/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { FlowDays, FlowListSearch } from "./flows-search.ts";

const pageSize = 100;

export function flowListQuery(search: FlowListSearch) {
  return infiniteQueryOptions({
    queryKey: ["flows", "list", search],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listFlows>("POST /ui/flows/list", {
        body: {
          sort: search.sort ?? "LAST_RUN_DESC",
          limit: pageSize,
          offset: pageParam,
          ...(search.q === undefined ? {} : { name: search.q }),
          ...(search.tag === undefined ? {} : { tags: [...search.tag] }),
        },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

export function flowQuery(id: string, days: FlowDays | undefined) {
  return queryOptions({
    queryKey: ["flows", "flow", id, days ?? "30"],
    queryFn: ({ signal }) =>
      call<typeof readFlowPage>("GET /ui/flows/{id}", {
        params: { id },
        query: { days: Number(days ?? "30") },
        signal,
      }),
  });
}
