import type {
  countFlowRunsByFlow,
  countFlowRunsByState,
  listDeployments,
  listFlowRunPoints,
  listFlowRuns,
  listFlows,
  listObservedStates,
} from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { FlowRunList, FlowRunPoint, FlowRunRow, LiveChange } from "../api/types.ts";
import type { FilterCounts, FlowCounts, StateCounts } from "./filter-counts.ts";
import { filterOf, isFiltered, maxPoints, type RunsSearch, runCriteria, splitStates, timeOf } from "./runs-search.ts";

export type RunPages = InfiniteData<FlowRunList, string | null>;

const pageSize = 100;
const pagesReadAnew = 3;

export function runListQuery(search: RunsSearch) {
  return infiniteQueryOptions({
    queryKey: ["runs", "list", { ...filterOf(search), sort: search.sort }],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listFlowRuns>("POST /ui/flow_runs/list", {
        body: {
          ...runCriteria(search),
          sort: search.sort ?? "START_TIME_DESC",
          limit: pageSize,
          cursor: pageParam,
          count: pageParam === null,
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: FlowRunList) => last.next_cursor,
  });
}

/** The newest runs of a filter as points, for the chart above the list. */
export function runPointsQuery(search: RunsSearch) {
  const filter = filterOf(search);
  return queryOptions({
    queryKey: ["runs", "points", filter],
    queryFn: ({ signal }) =>
      call<typeof listFlowRunPoints>("POST /ui/flow_runs/history", {
        body: { ...runCriteria(filter), sort: "START_TIME_DESC", limit: maxPoints },
        signal,
      }),
  });
}

/** How many runs each state and flow of a filter's menus would find. */
export function flowRunCounts(search: RunsSearch): FilterCounts {
  const { state, flow, ...rest } = filterOf(search);
  const [anyState, anyFlow] = [present({ ...rest, flow }), present({ ...rest, state })];
  return {
    noun: "run",
    byState: queryOptions<StateCounts>({
      queryKey: ["runs", "count-by-state", anyState],
      queryFn: ({ signal }) =>
        call<typeof countFlowRunsByState>("POST /ui/flow_runs/count_by_state", { body: runCriteria(anyState), signal }),
    }),
    byFlow: queryOptions<FlowCounts>({
      queryKey: ["runs", "count-by-flow", anyFlow],
      queryFn: ({ signal }) =>
        call<typeof countFlowRunsByFlow>("POST /ui/flow_runs/count_by_flow", { body: runCriteria(anyFlow), signal }),
    }),
  };
}

export function pointOf(row: FlowRunRow): FlowRunPoint {
  return {
    id: row.id,
    name: row.name,
    flow_name: row.flow_name,
    state_type: row.state_type,
    state_name: row.state_name,
    timestamp: row.start_time ?? row.expected_start_time ?? row.created,
    duration: row.estimated_run_time,
    lateness: row.estimated_start_time_delta,
  };
}

/** The flows to choose from in filters. */
export const flowNamesQuery = queryOptions({
  queryKey: ["flows", "names"],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    const reply = await call<typeof listFlows>("POST /ui/flows/list", {
      body: { sort: "NAME_ASC", limit: 200 },
      signal,
    });
    return reply.results.map((row) => ({ id: row.flow.id, name: row.flow.name }));
  },
});

/** Deployments to choose from in filters: those with a text in their name, or those with these ids. */
export function deploymentNamesQuery(wanted: { readonly text?: string; readonly ids?: readonly string[] }) {
  return queryOptions({
    queryKey: ["deployments", "names", wanted],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const { text = "", ids } = wanted;
      const reply = await call<typeof listDeployments>("POST /ui/deployments/list", {
        body: ids === undefined ? { text, limit: 20 } : { ids: [...ids].slice(0, 100) },
        signal,
      });
      return reply.results.map(({ id, name, flow_name }) => ({ id, name, flow_name }));
    },
  });
}

/** The states of existing runs, including names chosen by programs. */
export const observedStatesQuery = queryOptions({
  queryKey: ["observed-states"],
  staleTime: 30_000,
  queryFn: ({ signal }) =>
    call<typeof listObservedStates>("GET /observed-states", { query: { order_by: "NAME_ASC", limit: 200 }, signal }),
});

/** All runs of a filter, page after page: at most `most`. */
export async function* runPagesOf(
  search: RunsSearch,
  { most, signal }: { readonly most: number; readonly signal?: AbortSignal },
): AsyncGenerator<readonly FlowRunRow[]> {
  let cursor: string | null = null;
  for (let left = most; left > 0; ) {
    const page: FlowRunList = await call<typeof listFlowRuns>("POST /ui/flow_runs/list", {
      body: { ...runCriteria(search), sort: search.sort ?? "START_TIME_DESC", limit: Math.min(left, 200), cursor },
      ...(signal === undefined ? {} : { signal }),
    });
    yield page.results;
    left -= page.results.length;
    cursor = page.next_cursor;
    if (cursor === null) return;
  }
}

/** Reads lists of runs again from their beginning; later pages follow by scrolling. */
export async function readRunsAnew(queryClient: QueryClient): Promise<void> {
  queryClient.setQueriesData<RunPages>({ queryKey: ["runs", "list"] }, (pages) =>
    pages === undefined
      ? pages
      : { pages: pages.pages.slice(0, pagesReadAnew), pageParams: pages.pageParams.slice(0, pagesReadAnew) },
  );
  await queryClient.invalidateQueries({ queryKey: ["runs"] });
}

export interface LiveResult {
  readonly pages: RunPages;
  /** Runs that belong in the list and are not in it yet. */
  readonly arrived: readonly FlowRunRow[];
}

/** Applies changes to existing rows in place; returns new rows, to be shown on demand. */
export function applyToList(pages: RunPages, changes: readonly LiveChange[], search: RunsSearch): LiveResult {
  const rows = new Map<string, FlowRunRow>();
  const gone = new Set<string>();
  for (const change of changes) {
    if (change.kind === "flow-run") rows.set(change.row.id, change.row);
    if (change.kind === "deleted" && change.of === "flow-run") gone.add(change.id);
  }
  if (rows.size === 0 && gone.size === 0) return { pages, arrived: [] };
  const known = new Set<string>();
  const next = pages.pages.map((page) => {
    let touched = false;
    const results = page.results.flatMap((row) => {
      known.add(row.id);
      if (gone.has(row.id)) {
        touched = true;
        return [];
      }
      const changed = rows.get(row.id);
      if (changed === undefined) return [row];
      touched = true;
      return [{ ...row, ...changed }];
    });
    return touched ? { ...page, results } : page;
  });
  const arrived = [...rows.values()].filter((row) => !known.has(row.id) && !gone.has(row.id) && matches(row, search));
  return { pages: { ...pages, pages: next }, arrived };
}

/** Whether a run matches the filter, decided without the server. */
function matches(row: FlowRunRow, search: RunsSearch): boolean {
  if (!isFiltered(search)) return true;
  // Only the server knows which failures have the same cause.
  if (search.failure !== undefined) return false;
  const { types, names } = splitStates(search.state ?? []);
  if (types.length + names.length > 0) {
    const byType = row.state_type !== null && types.includes(row.state_type);
    if (!byType && !(row.state_name !== null && names.includes(row.state_name))) return false;
  }
  if (search.q !== undefined && !row.name.toLowerCase().includes(search.q.toLowerCase())) return false;
  if (search.flow !== undefined && !search.flow.includes(row.flow_id)) return false;
  if (search.deployment?.includes(row.deployment_id ?? "") === false) return false;
  if (search.pool?.includes(row.work_pool_name ?? "") === false) return false;
  if (search.queue?.includes(row.work_queue_id ?? "") === false) return false;
  if (search.tag?.some((tag) => !row.tags.includes(tag)) === true) return false;
  if (search.parent !== undefined && row.parent_flow_run_id !== search.parent) return false;
  if (search.subflows === "hide" && row.parent_task_run_id !== null) return false;
  const expected = row.expected_start_time ?? row.created;
  const { since, until } = timeOf(search, Date.now());
  if (since !== undefined && expected < since) return false;
  return until === undefined || expected <= until;
}
