import type { listWorkPools, readWorkerPage, readWorkPoolPage, readWorkQueuePage } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { WorkPoolList } from "../api/types.ts";
import type { WorkPoolsSearch } from "./work-pools-search.ts";

export type WorkPoolPages = InfiniteData<WorkPoolList, number>;

const pageSize = 50;

export function workPoolListQuery({ q, type, status }: WorkPoolsSearch) {
  return infiniteQueryOptions({
    queryKey: ["work-pools", "list", { q, type, status }],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listWorkPools>("POST /ui/work_pools/list", {
        body: {
          ...present({
            text: q,
            types: type === undefined ? undefined : [...type],
            statuses: status === undefined ? undefined : [...status],
          }),
          limit: pageSize,
          offset: pageParam,
        },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last: WorkPoolList, pages: readonly WorkPoolList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

export function workPoolQuery(name: string) {
  return queryOptions({
    queryKey: ["work-pools", "pool", name],
    queryFn: ({ signal }) => call<typeof readWorkPoolPage>("GET /ui/work_pools/{name}", { params: { name }, signal }),
  });
}

export function workQueueQuery(name: string, queue: string) {
  return queryOptions({
    queryKey: ["work-pools", "pool", name, "queue", queue],
    queryFn: ({ signal }) =>
      call<typeof readWorkQueuePage>("GET /ui/work_pools/{name}/queues/{queue}", { params: { name, queue }, signal }),
  });
}

export function workerQuery(name: string, worker: string) {
  return queryOptions({
    queryKey: ["work-pools", "pool", name, "worker", worker],
    queryFn: ({ signal }) =>
      call<typeof readWorkerPage>("GET /ui/work_pools/{name}/workers/{worker}", { params: { name, worker }, signal }),
  });
}
