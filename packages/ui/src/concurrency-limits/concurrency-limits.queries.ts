import type { listConcurrencyLimits, readConcurrencyLimitPage } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { LimitList } from "../api/types.ts";
import { kindsOf, type LimitsSearch } from "./concurrency-limits-search.ts";

export type LimitPages = InfiniteData<LimitList, number>;

const pageSize = 100;

export const limitListKey = ["concurrency-limits", "list"] as const;

export function readLimits(search: LimitsSearch, offset: number, signal?: AbortSignal): Promise<LimitList> {
  const { q, waiting } = search;
  return call<typeof listConcurrencyLimits>("POST /ui/concurrency_limits/list", {
    body: {
      ...present({ text: q, awaited: waiting === undefined ? undefined : true }),
      kinds: kindsOf(search),
      limit: pageSize,
      offset,
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

export function limitListQuery(search: LimitsSearch) {
  return infiniteQueryOptions({
    queryKey: [...limitListKey, search],
    queryFn: ({ pageParam, signal }) => readLimits(search, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last: LimitList, pages: readonly LimitList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

export function limitQuery(idOrName: string) {
  return queryOptions({
    queryKey: ["concurrency-limits", "limit", idOrName],
    queryFn: ({ signal }) =>
      call<typeof readConcurrencyLimitPage>("GET /ui/concurrency_limits/{id_or_name}", {
        params: { id_or_name: idOrName },
        signal,
      }),
  });
}
