import type { LiveTopic } from "./api/types.ts";
import { artifactListQuery, artifactQuery, artifactVersionsQuery } from "./artifacts/artifacts.queries.ts";
import type { ArtifactListSearch } from "./artifacts/artifacts-search.ts";
import { dashboardQuery } from "./dashboard/dashboard.queries.ts";
import type { DashboardSearch } from "./dashboard/dashboard-search.ts";
import { flowRunQuery, timelineQuery } from "./flow-run/flow-run.queries.ts";
import { flowListQuery, flowQuery } from "./flows/flows.queries.ts";
import type { FlowDays, FlowListSearch } from "./flows/flows-search.ts";
import { runListQuery, runPointsQuery } from "./runs/runs.queries.ts";
import type { RunsSearch } from "./runs/runs-search.ts";
import { serverQuery } from "./settings/settings.queries.ts";
import { taskRunQuery } from "./task-run/task-run.queries.ts";
import { taskRunListQuery } from "./task-runs/task-runs.queries.ts";
import type { TaskRunsSearch } from "./task-runs/task-runs-search.ts";

/** What a page asks as soon as its address is known, and what it listens to meanwhile. */
export interface FirstQuestions {
  readonly queries: readonly FirstQuery[];
  readonly topic?: LiveTopic;
}

/** Any query, also one of a list that grows page by page. */
export interface FirstQuery {
  readonly queryKey: readonly unknown[];
  readonly queryFn?: unknown;
  readonly initialPageParam?: unknown;
}

/** How a query is asked; the context of its function says no more than which page of a list is meant. */
export function asked(query: FirstQuery, context: object): Promise<unknown> {
  return (query.queryFn as (context: object) => Promise<unknown>)(context);
}

/** One place for both who ask: the routes, and the lines in the document that ask before the program has come. */
export const firstQuestions = {
  dashboard: (search: DashboardSearch) => ({ queries: [dashboardQuery(search)], topic: { kind: "flow-runs" } }),
  runs: (search: RunsSearch) => ({
    queries: [runListQuery(search), runPointsQuery(search)],
    topic: { kind: "flow-runs" },
  }),
  taskRuns: (search: TaskRunsSearch) => ({ queries: [taskRunListQuery(search)], topic: { kind: "flow-runs" } }),
  flowRun: (id: string) => ({
    queries: [flowRunQuery(id), timelineQuery(id)],
    topic: { kind: "flow-run", flow_run_id: id },
  }),
  taskRun: (id: string) => ({ queries: [taskRunQuery(id)], topic: { kind: "task-run", task_run_id: id } }),
  flows: (search: FlowListSearch) => ({ queries: [flowListQuery(search)], topic: { kind: "flow-runs" } }),
  flow: (id: string, days: FlowDays | undefined) => ({
    queries: [flowQuery(id, days)],
    topic: { kind: "flow-runs" },
  }),
  artifacts: (search: ArtifactListSearch) => ({ queries: [artifactListQuery(search)], topic: { kind: "artifacts" } }),
  artifactKey: (key: string) => ({ queries: [artifactVersionsQuery(key)], topic: { kind: "artifacts" } }),
  artifact: (id: string) => ({ queries: [artifactQuery(id)] }),
  settings: () => ({ queries: [serverQuery] }),
} satisfies Readonly<Record<string, (...about: never[]) => FirstQuestions>>;
