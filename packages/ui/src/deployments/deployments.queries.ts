import type {
  countDeploymentsByFlow,
  countDeploymentsByState,
  listDeployments,
  listDeploymentVersions,
  ReplyOf,
  readDeploymentPage,
} from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { DeploymentList } from "../api/types.ts";
import type { FlowCounts } from "../runs/filter-counts.ts";
import type { DeploymentsSearch } from "./deployments-search.ts";

export type DeploymentPages = InfiniteData<DeploymentList, number>;

const pageSize = 50;

export function deploymentListQuery(search: DeploymentsSearch) {
  return infiniteQueryOptions({
    queryKey: ["deployments", "list", search],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listDeployments>("POST /ui/deployments/list", {
        body: { ...filterOf(search), sort: search.sort ?? "NAME_ASC", limit: pageSize, offset: pageParam },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last: DeploymentList, pages: readonly DeploymentList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

/** How many deployments each flow of the filter's menu would find. */
export function deploymentsByFlow({ sort: _sort, flow: _flow, ...filter }: DeploymentsSearch) {
  return queryOptions<FlowCounts>({
    queryKey: ["deployments", "count-by-flow", filter],
    queryFn: ({ signal }) =>
      call<typeof countDeploymentsByFlow>("POST /ui/deployments/count_by_flow", { body: filterOf(filter), signal }),
  });
}

/** How many deployments each state of the filter's menu would find. */
export function deploymentsByState({ sort: _sort, state: _state, ...filter }: DeploymentsSearch) {
  return queryOptions<ReplyOf<typeof countDeploymentsByState>>({
    queryKey: ["deployments", "count-by-state", filter],
    queryFn: ({ signal }) =>
      call<typeof countDeploymentsByState>("POST /ui/deployments/count_by_state", { body: filterOf(filter), signal }),
  });
}

export function deploymentQuery(id: string) {
  return queryOptions({
    queryKey: ["deployments", "deployment", id],
    queryFn: ({ signal }) => call<typeof readDeploymentPage>("GET /ui/deployments/{id}", { params: { id }, signal }),
  });
}

export function deploymentVersionsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["deployments", "deployment", id, "versions"],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listDeploymentVersions>("GET /ui/deployments/{id}/versions", {
        params: { id },
        query: { limit: 20, offset: pageParam },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

/** The rows with these ids as they are now, at most 100. */
export function readDeploymentRows(ids: readonly string[]): Promise<DeploymentList> {
  return call<typeof listDeployments>("POST /ui/deployments/list", { body: { ids: [...ids], limit: 100 } });
}

/** Both values of a choice ask for as much as neither. */
function filterOf({ q, flow, tag, pool, state = [] }: DeploymentsSearch) {
  const isOnly = (one: (typeof state)[number], other: (typeof state)[number]) =>
    state.includes(one) && !state.includes(other);
  return present({
    text: q,
    flow_ids: flow === undefined ? undefined : [...flow],
    tags: tag === undefined ? undefined : [...tag],
    work_pools: pool === undefined ? undefined : [...pool],
    status: isOnly("ready", "not-ready")
      ? ("READY" as const)
      : isOnly("not-ready", "ready")
        ? ("NOT_READY" as const)
        : undefined,
    paused: isOnly("paused", "active") ? true : isOnly("active", "paused") ? false : undefined,
  });
}
