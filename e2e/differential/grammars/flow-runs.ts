import { flowRunFilter, page, runCriteria } from "../filters.ts";
import { fieldOf, futureMoments, type Grammar, type Making, pastMoments, stateTypes } from "../grammar.ts";

/** A state in the form that clients propose. */
export function proposedState({ random, maybe }: Making): Readonly<Record<string, unknown>> {
  const type = random.pick([...stateTypes, "RUNNING", "RUNNING", "COMPLETED"]);
  return {
    type,
    name: maybe(() =>
      random.pick([null, "Late", "Submitting", "AwaitingRetry", "Eigener Name", "Resuming", "Suspended"]),
    ),
    message: maybe(() => random.pick([null, "", "all well", "zwei\nZeilen"])),
    data: maybe(() => random.pick<unknown>([null, { type: "unpersisted" }, persisted])),
    state_details: maybe(() => details(type, { random, maybe })),
  };
}

const persisted = {
  type: "result",
  storage_key: "k",
  storage_block_id: null,
  expiration: null,
  serializer: { type: "pickle" },
  prefect_version: "3.9.1",
};

function details(type: string, { random, maybe }: Pick<Making, "random" | "maybe">) {
  const some = <T>(values: readonly T[]) => maybe(() => random.pick(values));
  return {
    scheduled_time: type === "SCHEDULED" ? some([...pastMoments, ...futureMoments]) : undefined,
    pause_timeout: type === "PAUSED" ? some([4_000_000_000.5, 1000, ...futureMoments, ...pastMoments]) : undefined,
    pause_key: type === "PAUSED" ? random.pick(["one", "two"]) : undefined,
    pause_reschedule: type === "PAUSED" ? some([true, false]) : undefined,
    run_input_keyset: type === "PAUSED" ? some([{ description: "d", response: "r", schema: "s" }, null]) : undefined,
    transition_id: some(["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"]),
    untrackable_result: some([true, false]),
    retriable: some([true, false, null]),
    traceparent: some(["00-abc", null]),
    deployment_concurrency_lease_id: some([null]),
  };
}

const recipe = (kind: string, rest: object) => ({ a: { __prefect_kind: kind, ...rest } });

const runInputs: readonly unknown[] = [
  null,
  {},
  { a: 1 },
  { a: 1, b: "more" },
  { a: -1 },
  { a: "it's" },
  { a: { deep: [1.5, null, true] } },
  recipe("json", { value: "7" }),
  recipe("json", { value: '{"x": [1.0, "\\n"]}' }),
  recipe("json", { value: "{bad" }),
  recipe("json", {}),
  recipe("none", { value: 3 }),
  recipe("jinja", { template: "plain" }),
  recipe("jinja", { template: "{{ 1 + 1 }}{{ nobody }}" }),
  recipe("jinja", {}),
  recipe("workspace_variable", { variable_name: "nobody's" }),
  recipe("workspace_variable", {}),
  recipe("another", { value: 5 }),
];

const policies = [
  { retries: 0, retry_delay: 0 },
  { retries: 2, retry_delay: 1 },
  { max_retries: 1, retry_delay_seconds: 2 },
  { retries: null, retry_delay: null },
  {},
];

const historySpan = (making: Making) => ({
  history_start: "2020-01-01T00:00:00Z",
  history_end: making.random.pick(["2020-01-02T00:00:00Z", "2020-01-01T00:00:00Z", "2022-01-01T00:00:00Z"]),
  history_interval_seconds: making.random.pick([3600, 86_400, 1, 0.5]),
});

const sorts = [
  "ID_DESC",
  "START_TIME_ASC",
  "START_TIME_DESC",
  "EXPECTED_START_TIME_ASC",
  "EXPECTED_START_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
  "NEXT_SCHEDULED_START_TIME_ASC",
  "END_TIME_DESC",
];

export const flowRuns: Grammar = {
  noun: "flow runs",
  makes: { "POST /flow_runs/": "flow run" },
  removal: { "flow run": "/flow_runs/{id}" },
  operations: [
    {
      name: "create a flow run",
      needs: ["flow"],
      weight: 4,
      make: (making) => {
        const { random, maybe, some } = making;
        return {
          method: "POST",
          path: "/flow_runs/",
          body: {
            flow_id: some("flow"),
            name: `run-${making.word()}`,
            state: maybe(() => proposedState(making)),
            flow_version: maybe(() => random.pick(["1", "abc", null])),
            parameters: maybe(() => random.pick([{}, { x: 1, deep: { list: [1, null, "é"] } }])),
            context: maybe(() => random.pick([{}, { a: 1 }])),
            tags: maybe(() => random.pick([["a"], ["a", "b"], ["a", "a"], []])),
            labels: maybe(() => random.pick([{ own: "x" }, { n: 2 }, null])),
            empirical_policy: maybe(() => random.pick(policies)),
            idempotency_key: maybe(() => random.pick(["key-1", "key-2", null])),
            parent_task_run_id: maybe(() => random.pick([some("task run"), null])),
            job_variables: maybe(() => random.pick([{}, { cpu: 1 }, null])),
          },
        };
      },
    },
    {
      name: "propose a state",
      needs: ["flow run"],
      weight: 10,
      make: (making) => ({
        method: "POST",
        path: `/flow_runs/${making.some("flow run")}/set_state`,
        body: { state: proposedState(making), force: making.maybe(() => making.random.pick([true, false, null])) },
      }),
    },
    {
      name: "read a flow run",
      needs: ["flow run"],
      weight: 4,
      make: ({ some }) => ({ method: "GET", path: `/flow_runs/${some("flow run")}` }),
    },
    {
      name: "update a flow run",
      needs: ["flow run"],
      make: (making) => {
        const { maybe, random } = making;
        return {
          method: "PATCH",
          path: `/flow_runs/${making.some("flow run")}`,
          body: {
            name: maybe(() => `renamed-${making.word()}`),
            flow_version: maybe(() => random.pick(["2", null])),
            parameters: maybe(() => random.pick([{}, { y: [1] }])),
            empirical_policy: maybe(() => random.pick(policies)),
            tags: maybe(() => random.pick([["c"], []])),
            infrastructure_pid: maybe(() => random.pick(["4711", null])),
            job_variables: maybe(() => random.pick([{ a: 1 }, null])),
          },
        };
      },
    },
    {
      name: "label a flow run",
      needs: ["flow run"],
      make: ({ some, random }) => ({
        method: "PATCH",
        path: `/flow_runs/${some("flow run")}/labels`,
        body: random.pick([{ x: "1" }, { y: 2.5, z: true }, {}]),
      }),
    },
    {
      name: "resume a flow run",
      needs: ["flow run"],
      weight: 2,
      make: ({ some, random, maybe }) => ({
        method: "POST",
        path: `/flow_runs/${some("flow run")}/resume`,
        body: maybe(() => ({ run_input: random.pick(runInputs) })),
      }),
    },
    {
      name: "filter flow runs",
      weight: 5,
      make: (making) => ({
        method: "POST",
        path: "/flow_runs/filter",
        body: { flow_runs: making.maybe(() => flowRunFilter(making)), ...page(making, sorts) },
      }),
    },
    {
      name: "filter flow runs by others",
      weight: 2,
      make: (making) => ({ method: "POST", path: "/flow_runs/filter", body: runCriteria(making) }),
    },
    {
      name: "count flow runs",
      make: (making) => ({ method: "POST", path: "/flow_runs/count", body: making.maybe(() => runCriteria(making)) }),
    },
    {
      name: "page flow runs",
      make: (making) => ({
        method: "POST",
        path: "/flow_runs/paginate",
        body: { sort: "NAME_ASC", limit: making.random.pick([1, 2, 200]), page: making.random.pick([1, 2, 9]) },
      }),
    },
    {
      name: "history of flow runs",
      make: (making) => ({
        method: "POST",
        path: "/flow_runs/history",
        body: { ...historySpan(making), flow_runs: making.maybe(() => flowRunFilter(making)) },
      }),
    },
    {
      name: "lateness of flow runs",
      make: (making) => ({ method: "POST", path: "/flow_runs/lateness", body: { flow_runs: flowRunFilter(making) } }),
    },
    {
      name: "states of a flow run",
      needs: ["flow run"],
      weight: 2,
      make: ({ some }) => ({ method: "GET", path: `/flow_run_states/?flow_run_id=${some("flow run")}` }),
    },
    {
      name: "read a state of a flow run",
      needs: ["flow run"],
      make: ({ some, random }) => ({
        method: "GET",
        path: `/flow_run_states/${random.pick([fieldOf(some("flow run"), "state_id"), some("flow run")])}`,
      }),
    },
    {
      name: "graph of a flow run",
      needs: ["flow run"],
      weight: 2,
      make: ({ some, random }) => ({
        method: "GET",
        path: `/flow_runs/${some("flow run")}/${random.pick(["graph", "graph-v2", "graph-v2?since=2020-01-01T00:00:00Z"])}`,
      }),
    },
    {
      name: "propose a state for many",
      needs: ["flow run"],
      make: (making) => ({
        method: "POST",
        path: "/flow_runs/bulk_set_state",
        body: {
          flow_runs: { id: { any_: [making.some("flow run"), making.some("flow run")] } },
          state: proposedState(making),
          force: making.maybe(() => making.random.pick([true, false])),
        },
      }),
    },
    {
      name: "delete a flow run",
      ends: true,
      needs: ["flow run"],
      make: ({ some }) => ({ method: "DELETE", path: `/flow_runs/${some("flow run")}` }),
    },
    {
      name: "delete some flow runs",
      ends: true,
      needs: ["flow run"],
      make: ({ some }) => ({
        method: "POST",
        path: "/flow_runs/bulk_delete",
        body: { flow_runs: { id: { any_: [some("flow run")] } } },
      }),
    },
  ],
  documented: [
    { method: "POST", path: "/flow_runs/" },
    { method: "PATCH", path: "/flow_runs/{id}", parameters: { id: "flow run" } },
    { method: "PATCH", path: "/flow_runs/{id}/labels", parameters: { id: "flow run" } },
    { method: "POST", path: "/flow_runs/{id}/set_state", parameters: { id: "flow run" } },
    { method: "POST", path: "/flow_runs/{id}/resume", parameters: { id: "flow run" } },
    { method: "POST", path: "/flow_runs/filter" },
    { method: "POST", path: "/flow_runs/count" },
    { method: "POST", path: "/flow_runs/paginate" },
    { method: "POST", path: "/flow_runs/history" },
    { method: "POST", path: "/flow_runs/lateness" },
    { method: "POST", path: "/flow_runs/bulk_set_state" },
  ],
};
