import { flowFilter, flowRunFilter, page } from "../filters.ts";
import { fieldOf, futureMoments, type Grammar, type Making, nowhere } from "../grammar.ts";
import { proposedState } from "./flow-runs.ts";

/** No date of these lies in the range in which a scheduler makes runs, since only this server's schedulers are on. */
const schedules: readonly unknown[] = [
  { rrule: "DTSTART:20910203T040506\nRRULE:FREQ=DAILY", timezone: "Europe/Berlin" },
  { rrule: "DTSTART:20910203T040506\nRRULE:FREQ=WEEKLY;BYDAY=MO", timezone: null },
  { rrule: "DTSTART:20950101T000000\nRRULE:FREQ=MONTHLY;COUNT=3" },
];

/** The schedules of deployments and schedules that are off. */
const asleep: readonly unknown[] = [
  { cron: "0 6 * * *", timezone: "Europe/Berlin", day_or: true },
  { cron: "*/15 9-17 * * mon-fri" },
  { cron: "0 6 * *" },
  { cron: "60 6 * * *" },
  { cron: "0 6 * * *", timezone: "Mars/Olympus" },
  { interval: 3600, anchor_date: "2020-01-01T00:00:00Z", timezone: "UTC" },
  { interval: "PT1H", anchor_date: "2020-01-01T00:00:00Z" },
  { interval: 90.5, anchor_date: "2020-01-01T00:00:00+02:00", timezone: "America/New_York" },
  { interval: 0 },
  { interval: -5 },
  { rrule: "FREQ=NEVER" },
  { rrule: "FREQ=DAILY", timezone: "Nowhere" },
  {},
];

function schedule({ random, maybe }: Making) {
  const active = random.pick([true, undefined, false, false]);
  return {
    active,
    schedule: random.pick(active === false ? [...schedules, ...asleep] : schedules),
    max_scheduled_runs: maybe(() => random.pick([1, 5, null, 0])),
    parameters: maybe(() => random.pick([{}, { rows: 7 }])),
    slug: maybe(() => random.pick(["daily", "weekly", "none", null])),
  };
}

const schema = {
  title: "Parameters",
  type: "object",
  properties: {
    rows: { type: "integer", title: "rows", default: 1, position: 0 },
    mode: { type: "string", enum: ["fast", "slow"], title: "mode", default: "fast", position: 1 },
    place: { $ref: "#/definitions/Place", title: "place", position: 2 },
  },
  required: ["rows"],
  definitions: { Place: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
};

const parameters: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { rows: 1 },
  { rows: 2, mode: "slow", place: { city: "Bonn" } },
  { rows: "many" },
  { mode: "other" },
  { rows: 3, place: {} },
  { rows: null },
  { rows: 1, unknown: true },
  { rows: { __prefect_kind: "json", value: "4" } },
  { rows: { __prefect_kind: "json", value: "{bad" } },
  { rows: { __prefect_kind: "workspace_variable", variable_name: "nobody's" } },
  { mode: { __prefect_kind: "jinja", template: "fast" } },
  { mode: { __prefect_kind: "jinja", template: "{{ 'fa' ~ 'st' }}" } },
];

function definition(making: Making) {
  const { random, maybe } = making;
  return {
    version: maybe(() => random.pick(["1", "2", null])),
    description: maybe(() => random.pick(["", "Loads **trips**.", null])),
    parameters: maybe(() => random.pick(parameters)),
    parameter_openapi_schema: maybe(() => random.pick([schema, schema, {}, null])),
    enforce_parameter_schema: maybe(() => random.pick([true, false])),
    tags: maybe(() => random.pick([["a"], ["a", "b"], ["b", "b"], []])),
    concurrency_limit: maybe(() => random.pick([1, 3, null, 0])),
    concurrency_options: maybe(() =>
      random.pick([
        { collision_strategy: "ENQUEUE" },
        { collision_strategy: "CANCEL_NEW", grace_period_seconds: 60 },
        { collision_strategy: "OTHER" },
        null,
      ]),
    ),
    work_pool_name: maybe(() => random.pick([null, "no such pool"])),
    work_queue_name: maybe(() => random.pick([null, "fast"])),
    path: maybe(() => random.pick([".", null])),
    entrypoint: maybe(() => random.pick(["flows.py:load", null])),
    pull_steps: maybe(() =>
      random.pick([[], [{ "prefect.deployments.steps.set_working_directory": { directory: "/" } }], null]),
    ),
    job_variables: maybe(() => random.pick([{}, { cpu: 2 }])),
  };
}

function deploymentFilter(making: Making) {
  const { random, maybe, some } = making;
  const filters: readonly unknown[] = [
    { id: { any_: [some("deployment"), nowhere] } },
    { id: { not_any_: [some("deployment")] } },
    { name: { like_: "dep" } },
    { name: { any_: [fieldOf(some("deployment"), "name")] } },
    { flow_or_deployment_name: { like_: "flow-" } },
    { paused: { eq_: random.pick([true, false]) } },
    { tags: { all_: ["a"] } },
    { tags: { any_: ["a", "b"] } },
    { tags: { is_null_: random.pick([true, false]) } },
    { operator: "or_", tags: { all_: ["b"] }, paused: { eq_: false } },
    { work_queue_name: { any_: ["fast"] } },
    { concurrency_limit: { is_null_: random.pick([true, false]) } },
    { concurrency_limit: { ge_: 1, le_: 2 } },
  ];
  return maybe(() => random.pick(filters)) ?? {};
}

function criteria(making: Making) {
  const { random, maybe } = making;
  return {
    deployments: maybe(() => deploymentFilter(making)),
    flows: maybe(() => flowFilter(making)),
    flow_runs: maybe(() => (random.next() < 0.3 ? flowRunFilter(making) : undefined)),
  };
}

function flowRun(making: Making) {
  const { random, maybe, word } = making;
  return {
    name: `run-${word()}`,
    state: maybe(() => random.pick([{ type: "SCHEDULED" }, proposedState(making)])),
    parameters: maybe(() => random.pick(parameters)),
    enforce_parameter_schema: maybe(() => random.pick([true, false, null])),
    tags: maybe(() => random.pick([["a"], ["own"], []])),
    labels: maybe(() => random.pick([{ own: "x" }, null])),
    context: maybe(() => random.pick([{}, { a: 1 }])),
    idempotency_key: maybe(() => random.pick(["key-1", "key-2", null])),
    job_variables: maybe(() => random.pick([{ cpu: 4, more: true }, {}, null])),
    work_queue_name: maybe(() => random.pick(["fast", null])),
  };
}

const sorts = ["NAME_ASC", "NAME_DESC"];

export const deployments: Grammar = {
  noun: "deployments",
  makes: { "POST /deployments/": "deployment" },
  removal: { deployment: "/deployments/{id}" },
  operations: [
    {
      name: "create a deployment",
      needs: ["flow"],
      weight: 4,
      make: (making) => {
        const { random, maybe, some, word } = making;
        const paused = random.pick([true, false]);
        return {
          method: "POST",
          path: "/deployments/",
          body: {
            ...definition(making),
            name: `dep-${word()}`,
            flow_id: some("flow"),
            paused: paused || maybe(() => false),
            labels: maybe(() => random.pick([{ team: "data", n: 1 }, null])),
            schedules: maybe(() => [schedule(making), ...(maybe(() => [schedule(making)]) ?? [])]),
          },
        };
      },
    },
    {
      name: "create a deployment again",
      needs: ["deployment"],
      weight: 2,
      make: (making) => {
        const place = making.some("deployment");
        return {
          method: "POST",
          path: "/deployments/",
          body: {
            ...definition(making),
            name: fieldOf(place, "name"),
            flow_id: fieldOf(place, "flow_id"),
            schedules: making.maybe(() => making.random.pick([[], [schedule(making)]])),
          },
        };
      },
    },
    {
      name: "change a deployment",
      needs: ["deployment"],
      weight: 4,
      make: (making) => {
        const { random, maybe } = making;
        return {
          method: "PATCH",
          path: `/deployments/${making.some("deployment")}`,
          body: {
            ...definition(making),
            paused: maybe(() => random.pick([true, false])),
            schedules: maybe(() =>
              random.pick<unknown>([[], [schedule(making)], [schedule(making), schedule(making)]]),
            ),
          },
        };
      },
    },
    {
      name: "read a deployment",
      needs: ["deployment"],
      weight: 5,
      make: ({ some }) => ({ method: "GET", path: `/deployments/${some("deployment")}` }),
    },
    {
      name: "read a deployment by name",
      needs: ["deployment"],
      make: ({ some, random }) => ({
        method: "GET",
        path: `/deployments/name/${random.pick(["none", fieldOf(some("flow"), "name")])}/${fieldOf(some("deployment"), "name")}`,
      }),
    },
    {
      name: "schedules of a deployment",
      needs: ["deployment"],
      weight: 2,
      make: ({ some }) => ({ method: "GET", path: `/deployments/${some("deployment")}/schedules` }),
    },
    {
      name: "add schedules to a deployment",
      needs: ["deployment"],
      weight: 2,
      make: (making) => ({
        method: "POST",
        path: `/deployments/${making.some("deployment")}/schedules`,
        body: making.random.pick([[schedule(making)], [schedule(making), schedule(making)], []]),
      }),
    },
    {
      name: "change a schedule",
      needs: ["deployment"],
      weight: 2,
      make: (making) => {
        const { random, maybe, some } = making;
        const place = some("deployment");
        const { active, ...rest } = schedule(making);
        return {
          method: "PATCH",
          path: `/deployments/${place}/schedules/${random.pick([fieldOf(place, "schedules.0.id"), nowhere])}`,
          body: active === false ? { active, ...rest } : { active: maybe(() => false) },
        };
      },
    },
    {
      name: "delete a schedule",
      needs: ["deployment"],
      make: ({ some, random }) => {
        const place = some("deployment");
        return {
          method: "DELETE",
          path: `/deployments/${place}/schedules/${random.pick([fieldOf(place, "schedules.0.id"), nowhere])}`,
        };
      },
    },
    {
      name: "pause or resume a deployment",
      needs: ["deployment"],
      weight: 2,
      make: ({ some, random }) => ({
        method: "POST",
        path: `/deployments/${some("deployment")}/${random.pick(["pause_deployment", "pause_deployment", "resume_deployment"])}`,
      }),
    },
    {
      name: "run a deployment",
      needs: ["deployment"],
      weight: 6,
      make: (making) => ({
        method: "POST",
        path: `/deployments/${making.some("deployment")}/create_flow_run`,
        body: flowRun(making),
      }),
    },
    {
      name: "runs of a deployment that are due",
      needs: ["deployment"],
      weight: 3,
      make: ({ some, random, maybe }) => ({
        method: "POST",
        path: "/deployments/get_scheduled_flow_runs",
        body: {
          deployment_ids: random.pick([[some("deployment")], [some("deployment"), some("deployment")], [nowhere], []]),
          scheduled_before: maybe(() => random.pick([...futureMoments, "2020-01-01 00:00:00+00:00", null])),
          limit: maybe(() => random.pick([200, 0, 201, null])),
        },
      }),
    },
    {
      name: "filter deployments",
      weight: 3,
      make: (making) => ({
        method: "POST",
        path: "/deployments/filter",
        body: { ...criteria(making), ...page(making, sorts) },
      }),
    },
    {
      name: "count deployments",
      make: (making) => ({ method: "POST", path: "/deployments/count", body: making.maybe(() => criteria(making)) }),
    },
    {
      name: "page deployments",
      make: (making) => ({
        method: "POST",
        path: "/deployments/paginate",
        body: { sort: "NAME_ASC", limit: making.random.pick([1, 2, 200]), page: making.random.pick([1, 2, 9]) },
      }),
    },
    {
      name: "filter runs by their deployments",
      needs: ["deployment"],
      make: (making) => ({
        method: "POST",
        path: `/${making.random.pick(["flow_runs", "flows"])}/filter`,
        body: { deployments: deploymentFilter(making), sort: "NAME_ASC" },
      }),
    },
    {
      name: "deployments of flows",
      needs: ["flow"],
      make: ({ some, random }) => ({
        method: "POST",
        path: random.pick(["/ui/flows/count-deployments", "/ui/flows/next-runs"]),
        body: { flow_ids: [some("flow")] },
      }),
    },
    {
      name: "delete a deployment",
      needs: ["deployment"],
      ends: true,
      make: ({ some }) => ({ method: "DELETE", path: `/deployments/${some("deployment")}` }),
    },
    {
      name: "delete some deployments",
      needs: ["deployment"],
      ends: true,
      make: ({ some, random }) => ({
        method: "POST",
        path: "/deployments/bulk_delete",
        body: { deployments: { id: { any_: [some("deployment"), nowhere] } }, limit: random.pick([1, 50, 51]) },
      }),
    },
  ],
};
