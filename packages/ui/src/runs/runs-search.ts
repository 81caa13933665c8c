import { stateTypes } from "@ostinato/core";
import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";
import type { RunCriteria, StateType } from "../api/types.ts";

const runSorts = ["START_TIME_DESC", "START_TIME_ASC", "END_TIME_DESC", "NAME_ASC", "NAME_DESC"] as const;
export type RunSort = (typeof runSorts)[number];

const chartNames = ["bars", "time"] as const;
export type ChartName = (typeof chartNames)[number];

/** Number of newest runs in the charts: the API's maximum per request. */
export const maxPoints = 1000;

/** The filter of the list of runs, which is part of the address, so that a link shows the same list. */
export interface RunsSearch {
  readonly q?: string;
  /** Types and names of states: `FAILED`, `Late`. */
  readonly state?: readonly string[];
  /** Ids of flows. */
  readonly flow?: readonly string[];
  /** Ids of deployments. */
  readonly deployment?: readonly string[];
  /** Names of work pools. */
  readonly pool?: readonly string[];
  /** Ids of work queues. */
  readonly queue?: readonly string[];
  readonly tag?: readonly string[];
  /** A span back from now (`24h`, `7d`) or a timestamp. */
  readonly since?: string;
  readonly until?: string;
  /** Only subflows of this flow run. */
  readonly parent?: string;
  readonly subflows?: "hide";
  /** The key of a group of failures: only its runs. */
  readonly failure?: string;
  readonly sort?: RunSort;
  /** The chart that is shown where there is space for one. */
  readonly chart?: ChartName;
}

/** A change of the filter; undefined removes a part. */
export type RunsSearchChange = { readonly [K in keyof RunsSearch]?: RunsSearch[K] | undefined };

export const noFilter: RunsSearchChange = {
  q: undefined,
  state: undefined,
  flow: undefined,
  deployment: undefined,
  pool: undefined,
  queue: undefined,
  tag: undefined,
  since: undefined,
  until: undefined,
  parent: undefined,
  subflows: undefined,
  failure: undefined,
};

export const timeSpans = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "90d", label: "Last 90 days" },
] as const;

export function readRunsSearch(search: RawSearch): RunsSearch {
  return present({
    q: textIn(search, "q"),
    state: listIn(search, "state"),
    flow: listIn(search, "flow"),
    deployment: listIn(search, "deployment"),
    pool: listIn(search, "pool"),
    queue: listIn(search, "queue"),
    tag: listIn(search, "tag"),
    since: textIn(search, "since"),
    until: textIn(search, "until"),
    parent: textIn(search, "parent"),
    subflows: choiceIn(search, "subflows", ["hide"]),
    failure: textIn(search, "failure"),
    sort: choiceIn(search, "sort", runSorts),
    chart: choiceIn(search, "chart", chartNames),
  });
}

type Criteria = {
  readonly [K in "flows" | "flow_runs" | "work_pools" | "work_pool_queues"]?: Exclude<RunCriteria[K], undefined>;
} & { readonly failure?: string };

/** The filter without display options. */
export function filterOf(search: RunsSearch): RunsSearch {
  const { sort: _sort, chart: _chart, ...filter } = search;
  return filter;
}

export function isFiltered(search: RunsSearch): boolean {
  return Object.keys(filterOf(search)).length > 0;
}

/** The filter in the API's form. */
export function runCriteria(search: RunsSearch, now = Date.now()): Criteria {
  const { types, names } = splitStates(search.state ?? []);
  const { since, until } = timeOf(search, now);
  const flowRuns = present({
    name: search.q === undefined ? undefined : { like_: search.q },
    deployment_id: search.deployment === undefined ? undefined : { any_: [...search.deployment] },
    tags: search.tag === undefined ? undefined : { all_: [...search.tag] },
    state:
      types.length + names.length === 0
        ? undefined
        : {
            operator: "or_" as const,
            ...(types.length === 0 ? {} : { type: { any_: types } }),
            ...(names.length === 0 ? {} : { name: { any_: names } }),
          },
    expected_start_time:
      since === undefined && until === undefined ? undefined : present({ after_: since, before_: until }),
    parent_flow_run_id: search.parent === undefined ? undefined : { any_: [search.parent] },
    parent_task_run_id: search.subflows === undefined ? undefined : { is_null_: true },
  });
  return present({
    flows: search.flow === undefined ? undefined : { id: { any_: [...search.flow] } },
    flow_runs: Object.keys(flowRuns).length === 0 ? undefined : flowRuns,
    work_pools: search.pool === undefined ? undefined : { name: { any_: [...search.pool] } },
    work_pool_queues: search.queue === undefined ? undefined : { id: { any_: [...search.queue] } },
    failure: search.failure,
  });
}

/** Tolerance for clock differences between this machine and the server: a run that has just begun must not count as in the future. */
export const clockSkewMs = 60_000;

/** Both ends of the time filter as timestamps. A span back from now ends now, without runs that are scheduled for later. */
export function timeOf(search: Pick<RunsSearch, "since" | "until">, now: number) {
  const isSpan = search.until === undefined && search.since !== undefined && spanPattern.test(search.since);
  return {
    since: moment(search.since, now),
    until: isSpan ? new Date(now + clockSkewMs).toISOString() : moment(search.until, now),
  };
}

const spanPattern = /^(\d+)(m|h|d)$/;

/** The time `24h` before now, or the timestamp itself. */
export function moment(text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined;
  const span = spanPattern.exec(text);
  if (span === null) return Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[span[2] as "m" | "h" | "d"];
  return new Date(now - Number(span[1]) * unit).toISOString();
}

export function splitStates(states: readonly string[]): { readonly types: StateType[]; readonly names: string[] } {
  const types = stateTypes.filter((type) => states.includes(type));
  return { types, names: states.filter((state) => !types.some((type) => type === state)) };
}
