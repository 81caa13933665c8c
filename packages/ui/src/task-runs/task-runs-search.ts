import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";
import type { RunCriteria } from "../api/types.ts";
import { moment, splitStates, timeOf } from "../runs/runs-search.ts";

const taskRunSorts = [
  "EXPECTED_START_TIME_DESC",
  "EXPECTED_START_TIME_ASC",
  "END_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
] as const;
export type TaskRunSort = (typeof taskRunSorts)[number];

/** The filter of the list of task runs, which is part of the address. */
export interface TaskRunsSearch {
  readonly q?: string;
  readonly state?: readonly string[];
  /** Ids of flows. */
  readonly flow?: readonly string[];
  readonly tag?: readonly string[];
  /** Tags of the flow runs to which the task runs belong. */
  readonly runTag?: readonly string[];
  /** Only those that task workers run, or only the others. */
  readonly background?: "yes" | "no";
  /** The key of their task. */
  readonly task?: string;
  /** Since when they ended: a moment, or `24h`. */
  readonly ended?: string;
  readonly since?: string;
  readonly until?: string;
  readonly sort?: TaskRunSort;
}

export type TaskRunsSearchChange = { readonly [K in keyof TaskRunsSearch]?: TaskRunsSearch[K] | undefined };

export function readTaskRunsSearch(search: RawSearch): TaskRunsSearch {
  return present({
    q: textIn(search, "q"),
    state: listIn(search, "state"),
    flow: listIn(search, "flow"),
    tag: listIn(search, "tag"),
    runTag: listIn(search, "runTag"),
    background: choiceIn(search, "background", ["yes", "no"]),
    task: textIn(search, "task"),
    ended: textIn(search, "ended"),
    since: textIn(search, "since"),
    until: textIn(search, "until"),
    sort: choiceIn(search, "sort", taskRunSorts),
  });
}

export function isNarrowed(search: TaskRunsSearch): boolean {
  return Object.keys(search).some((name) => name !== "sort");
}

type Criteria = { readonly [K in "flows" | "flow_runs" | "task_runs"]?: Exclude<RunCriteria[K], undefined> };

/** The filter in the API's form. */
export function taskRunCriteria(search: TaskRunsSearch, now = Date.now()): Criteria {
  const { types, names } = splitStates(search.state ?? []);
  const { since, until } = timeOf(search, now);
  const ended = moment(search.ended, now);
  return present({
    flows: search.flow === undefined ? undefined : { id: { any_: [...search.flow] } },
    flow_runs: search.runTag === undefined ? undefined : { tags: { all_: [...search.runTag] } },
    task_runs: present({
      name: search.q === undefined ? undefined : { like_: search.q },
      tags: search.tag === undefined ? undefined : { all_: [...search.tag] },
      state:
        types.length + names.length === 0
          ? undefined
          : present({
              operator: "or_" as const,
              type: types.length === 0 ? undefined : { any_: types },
              name: names.length === 0 ? undefined : { any_: names },
            }),
      end_time: ended === undefined ? undefined : { after_: ended },
      expected_start_time:
        since === undefined && until === undefined ? undefined : present({ after_: since, before_: until }),
    }),
  });
}
