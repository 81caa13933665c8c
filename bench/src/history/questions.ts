import { historyIds, historyRuns } from "@ostinato/testing/history";
import type { Connections } from "../http-load.ts";
import type { History } from "./data.ts";

/** A request of a page or a client to a server with a long history. */
export interface Question {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: (history: Asked) => unknown;
}

/** The objects of the requests. */
export interface Asked {
  readonly end: Date;
  /** The cursor of page 500 of the list of runs, with 50 runs per page. */
  readonly cursorOfPage500: string | null;
}

const days = (end: Date, count: number) => new Date(end.getTime() - count * 86_400_000).toISOString();

const dashboard = (name: string, range: number, more: object = {}): Question => ({
  name: `dashboard, ${name}`,
  method: "POST",
  path: "/ui/dashboard",
  body: ({ end }) => ({ since: days(end, range), until: end.toISOString(), ...more }),
});

const list = (name: string, more: object): Question => ({
  name: `runs list, ${name}`,
  method: "POST",
  path: "/ui/flow_runs/list",
  body: () => ({ limit: 50, count: true, ...more }),
});

const listOf = (name: string, flow_runs: object) => list(name, { flow_runs });
const get = (name: string, path: string): Question => ({ name, method: "GET", path });
const post = (name: string, path: string, body: unknown): Question => ({
  name,
  method: "POST",
  path,
  body: () => body,
});

const run = historyIds.flowRun;

/** Requests of Ostinato's own pages. */
export const pageQuestions: readonly Question[] = [
  dashboard("1 day", 1),
  dashboard("7 days", 7),
  dashboard("30 days", 30),
  dashboard("30 days, a common tag", 30, { tags: ["eu"] }),
  dashboard("30 days, a flow", 30, { flow_ids: [historyIds.flow(3)] }),
  list("page 1", {}),
  {
    ...list("page 500", {}),
    body: ({ cursorOfPage500 }) => ({ limit: 50, cursor: cursorOfPage500 }),
  },
  list("by end", { sort: "END_TIME_DESC" }),
  list("by name", { sort: "NAME_ASC" }),
  list("of a flow", { flows: { id: { any_: [historyIds.flow(3)] } } }),
  list("of a flow by its name", { flows: { name: { like_: "flow-3" } } }),
  listOf("failed or crashed", { state: { type: { any_: ["FAILED", "CRASHED"] } } }),
  listOf("late", { state: { name: { any_: ["Late"] } } }),
  listOf("a common tag", { tags: { all_: ["eu"] } }),
  listOf("a rare tag", { tags: { all_: ["rare"] } }),
  listOf("a tag of none", { tags: { all_: ["of no run"] } }),
  listOf("a common part of names", { name: { like_: "run-7" } }),
  listOf("a rare part of names", { name: { like_: "run-77777" } }),
  listOf("a name of none", { name: { like_: "of no run" } }),
  listOf("no subflows", { parent_task_run_id: { is_null_: true } }),
  {
    ...list("failed of a week of a flow", {}),
    body: ({ end }) => ({
      limit: 50,
      count: true,
      flows: { id: { any_: [historyIds.flow(3)] } },
      flow_runs: { state: { type: { any_: ["FAILED"] } }, expected_start_time: { after_: days(end, 7) } },
    }),
  },
  post("runs by state, for a filter's menu", "/ui/flow_runs/count_by_state", {}),
  post("runs by flow, for a filter's menu", "/ui/flow_runs/count_by_flow", {}),
  post("runs by state, a common tag", "/ui/flow_runs/count_by_state", { flow_runs: { tags: { all_: ["eu"] } } }),
  post("points of the last 1000 runs", "/ui/flow_runs/history", { limit: 1000 }),
  post("flows", "/ui/flows/list", {}),
  get("flow", `/ui/flows/${historyIds.flow(3)}?days=30`),
  get("flow run, 10 tasks", `/ui/flow_runs/${run(30)}`),
  get("flow run, failed", `/ui/flow_runs/${run(historyRuns.failed)}`),
  get("flow run, a large one", `/ui/flow_runs/${run(historyRuns.large)}`),
  get("timeline, 10 tasks", `/ui/flow_runs/${run(30)}/timeline`),
  get("timeline, a large one", `/ui/flow_runs/${run(historyRuns.large)}/timeline`),
  get("task run", `/ui/task_runs/${historyIds.taskRun(100)}/page`),
  post("logs at the error", "/ui/logs", { flow_run_id: run(historyRuns.logged), anchor: "first-error", limit: 300 }),
  post("logs with a text", "/ui/logs", { flow_run_id: run(historyRuns.logged), text: "line 7777", limit: 300 }),
  post("artifacts", "/ui/artifacts/list", {}),
  get("search, a common text", "/ui/search?q=run-7"),
  get("search, a rare text", "/ui/search?q=run-77777"),
  get("search, a text of none", "/ui/search?q=of-no-run"),
  get("settings", "/ui/server"),
];

const interval = ({ end }: Asked) => ({
  history_start: days(end, 30),
  history_end: end.toISOString(),
  history_interval_seconds: 43_200,
});

/** The peer's copy of the history has no events. */
export const eventQuestions: readonly Question[] = [
  post("events, newest", "/events/filter", { filter: { order: "DESC" }, limit: 50 }),
];

/** Requests of Prefect's clients, which a peer with the same API gets too. */
export const clientQuestions: readonly Question[] = [
  post("filter, 200 newest", "/flow_runs/filter", { sort: "START_TIME_DESC", limit: 200 }),
  post("filter, page 500 of 50", "/flow_runs/filter", { sort: "START_TIME_DESC", limit: 50, offset: 24_950 }),
  post("filter, failed or crashed", "/flow_runs/filter", {
    sort: "START_TIME_DESC",
    limit: 50,
    flow_runs: { state: { type: { any_: ["FAILED", "CRASHED"] } } },
  }),
  post("filter, a common tag", "/flow_runs/filter", {
    sort: "START_TIME_DESC",
    limit: 50,
    flow_runs: { tags: { all_: ["eu"] } },
  }),
  post("filter, a rare part of names", "/flow_runs/filter", {
    sort: "START_TIME_DESC",
    limit: 50,
    flow_runs: { name: { like_: "run-77777" } },
  }),
  post("count of all flow runs", "/flow_runs/count", {}),
  post("count of failed flow runs", "/flow_runs/count", { flow_runs: { state: { type: { any_: ["FAILED"] } } } }),
  { name: "history of flow runs", method: "POST", path: "/flow_runs/history", body: interval },
  post("count of all task runs", "/task_runs/count", {}),
  post("count of failed task runs", "/task_runs/count", { task_runs: { state: { type: { any_: ["FAILED"] } } } }),
  { name: "history of task runs", method: "POST", path: "/task_runs/history", body: interval },
  post("task runs of a flow run", "/task_runs/filter", {
    sort: "EXPECTED_START_TIME_DESC",
    limit: 200,
    flow_runs: { id: { any_: [run(30)] } },
  }),
  get("graph, 10 tasks", `/flow_runs/${run(30)}/graph-v2`),
  get("graph, a large one", `/flow_runs/${run(historyRuns.large)}/graph-v2`),
];

/** Follows the cursors to the page, as a user who turns the pages does. */
export async function askedOf(server: Connections, { end }: Pick<History, "end">): Promise<Asked> {
  let cursor: string | null = null;
  for (let page = 1; page < 500; page += 1) {
    const body = { limit: 50, cursor };
    const reply: { next_cursor: string | null } = await server.json("POST", "/ui/flow_runs/list", body);
    if (reply.next_cursor === null) break;
    cursor = reply.next_cursor;
  }
  return { end, cursorOfPage500: cursor };
}
