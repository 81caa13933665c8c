import { page, runCriteria, taskRunFilter } from "../filters.ts";
import { fieldOf, type Grammar } from "../grammar.ts";
import { proposedState } from "./flow-runs.ts";

const policies = [
  { retries: 2, retry_delay: 1 },
  { retries: 2, retry_delay: [1, 2.5], retry_jitter_factor: null },
  { max_retries: 1, retry_delay_seconds: 0.5 },
  { retries: 1, retry_delay: Array.from({ length: 51 }, () => 1) },
  { retries: 1, retry_jitter_factor: -1 },
  {},
];

const sorts = [
  "ID_DESC",
  "EXPECTED_START_TIME_ASC",
  "EXPECTED_START_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
  "NEXT_SCHEDULED_START_TIME_ASC",
  "END_TIME_DESC",
  "DURATION_DESC",
  "DURATION_ASC",
];

export const taskRuns: Grammar = {
  noun: "task runs",
  makes: { "POST /task_runs/": "task run" },
  removal: { "task run": "/task_runs/{id}" },
  operations: [
    {
      name: "create a task run",
      needs: ["flow run"],
      weight: 4,
      make: (making) => {
        const { random, maybe, some } = making;
        return {
          method: "POST",
          path: "/task_runs/",
          body: {
            flow_run_id: random.pick([some("flow run"), some("flow run"), null]),
            task_key: random.pick([`key-${making.word()}`, "key"]),
            dynamic_key: random.pick(["0", "1"]),
            name: `task-${making.word()}`,
            state: maybe(() => proposedState(making)),
            cache_key: maybe(() => random.pick(["cached", null])),
            cache_expiration: maybe(() => random.pick(["2091-02-03T04:05:06Z", null])),
            task_version: maybe(() => random.pick(["1", null])),
            empirical_policy: maybe(() => random.pick(policies)),
            tags: maybe(() => random.pick([["a"], ["b", "a"], []])),
            labels: maybe(() => random.pick([{ own: 1 }, null])),
            task_inputs: maybe(() =>
              random.pick<unknown>([
                {},
                { x: [{ input_type: "parameter", name: "p" }], y: [{ input_type: "constant", type: "int" }] },
                { x: [{ input_type: "task_run", id: some("task run") }] },
              ]),
            ),
          },
        };
      },
    },
    {
      name: "propose a state for a task run",
      needs: ["task run"],
      weight: 6,
      make: (making) => ({
        method: "POST",
        path: `/task_runs/${making.some("task run")}/set_state`,
        body: { state: proposedState(making), force: making.maybe(() => making.random.pick([true, false])) },
      }),
    },
    {
      name: "read a task run",
      needs: ["task run"],
      weight: 3,
      make: ({ some }) => ({ method: "GET", path: `/task_runs/${some("task run")}` }),
    },
    {
      name: "rename a task run",
      needs: ["task run"],
      make: (making) => ({
        method: "PATCH",
        path: `/task_runs/${making.some("task run")}`,
        body: { name: making.maybe(() => `renamed-${making.word()}`) },
      }),
    },
    {
      name: "filter task runs",
      weight: 4,
      make: (making) => ({
        method: "POST",
        path: "/task_runs/filter",
        body: { task_runs: making.maybe(() => taskRunFilter(making)), ...page(making, sorts) },
      }),
    },
    {
      name: "filter task runs by others",
      weight: 2,
      make: (making) => ({ method: "POST", path: "/task_runs/filter", body: runCriteria(making) }),
    },
    {
      name: "count task runs",
      make: (making) => ({ method: "POST", path: "/task_runs/count", body: making.maybe(() => runCriteria(making)) }),
    },
    {
      name: "page task runs",
      make: (making) => ({
        method: "POST",
        path: "/task_runs/paginate",
        body: { sort: "NAME_ASC", limit: making.random.pick([1, 200]), page: making.random.pick([1, 2, 9]) },
      }),
    },
    {
      name: "history of task runs",
      make: (making) => ({
        method: "POST",
        path: "/task_runs/history",
        body: {
          history_start: "2020-06-01T00:00:00Z",
          history_end: "2020-07-01T00:00:00Z",
          history_interval_seconds: making.random.pick([86_400, 3600.5]),
          task_runs: making.maybe(() => taskRunFilter(making)),
        },
      }),
    },
    {
      name: "states of a task run",
      needs: ["task run"],
      make: ({ some }) => ({ method: "GET", path: `/task_run_states/?task_run_id=${some("task run")}` }),
    },
    {
      name: "read a state of a task run",
      needs: ["task run"],
      make: ({ some, random }) => ({
        method: "GET",
        path: `/task_run_states/${random.pick([fieldOf(some("task run"), "state_id"), some("task run")])}`,
      }),
    },
    {
      name: "delete a task run",
      needs: ["task run"],
      make: ({ some }) => ({ method: "DELETE", path: `/task_runs/${some("task run")}` }),
    },
  ],
  documented: [
    { method: "POST", path: "/task_runs/" },
    { method: "PATCH", path: "/task_runs/{id}", parameters: { id: "task run" } },
    { method: "POST", path: "/task_runs/{id}/set_state", parameters: { id: "task run" } },
    { method: "POST", path: "/task_runs/filter" },
    { method: "POST", path: "/task_runs/count" },
    { method: "POST", path: "/task_runs/paginate" },
    { method: "POST", path: "/task_runs/history" },
  ],
};
