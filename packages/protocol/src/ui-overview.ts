import type { Static } from "typebox";
import { Flow } from "./flows.ts";
import { Retention } from "./retention.ts";
import { route } from "./route.ts";
import {
  ById,
  Enum,
  Maybe,
  Moment,
  MomentInput,
  Nullable,
  Offset,
  Open,
  Seconds,
  StateTypeName,
  Tags,
  Type,
  Uuid,
} from "./schema.ts";
import { FlowRunRow, pagesTag, StateCounts } from "./ui.ts";

const tag = pagesTag;

/** A run as a bar: newest last. Durations are seconds. */
export const RunBar = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  start: Nullable(Moment),
  duration: Nullable(Type.Number()),
});
export type RunBar = Static<typeof RunBar>;

const DashboardFlow = Open({
  flow: Flow,
  counts: StateCounts,
  /** Its last 20 runs, also those before the range. */
  recent: Type.Array(RunBar),
  last_failure: Nullable(
    Open({ flow_run_id: Uuid, name: Type.String(), message: Nullable(Type.String()), at: Moment }),
  ),
});

const DashboardInterval = Open({
  interval_start: Moment,
  interval_end: Moment,
  states: Type.Array(Open({ state_type: StateTypeName, state_name: Type.String(), count_runs: Type.Integer() })),
});

/** History and counts are of the runs expected in the range; what runs or waits is so now, whatever the range. */
export const Dashboard = Open({
  history: Type.Array(DashboardInterval),
  counts: StateCounts,
  /** Of the span of the same length before `since`. */
  previous_counts: StateCounts,
  task_counts: StateCounts,
  /** Failed and crashed in the range, newest first, at most 10; `state.message` says why. */
  failed: Type.Array(FlowRunRow),
  /** Running, pending or cancelling, at most 20. */
  running: Type.Array(FlowRunRow),
  /** Late first, then paused, then scheduled by time, at most 20. */
  waiting: Type.Array(FlowRunRow),
  /** Those that ran in the range, most failures first, at most 50. */
  flows: Type.Array(DashboardFlow),
});
export type Dashboard = Static<typeof Dashboard>;

export const readDashboard = route({
  method: "POST",
  path: "/ui/dashboard",
  summary: "Everything on the dashboard, in one answer",
  tag,
  body: Open({
    since: MomentInput,
    until: MomentInput,
    /** Bars of the history; 1 to 200. */
    buckets: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    /**
     * Where the first bar begins, at or before `since`, and how long each is: so that bars stand on whole hours, while
     * everything is counted in the range exactly. At most 200 bars; `buckets` then says nothing.
     */
    bars: Maybe(Open({ since: MomentInput, seconds: Seconds({ minimum: 1 }) })),
    tags: Maybe(Tags),
    flow_ids: Maybe(Type.Array(Uuid)),
    subflows: Maybe(Type.Boolean()),
  }),
  replies: { 200: Dashboard },
});

export const FlowRow = Open({
  flow: Flow,
  /** Its last 20 runs. */
  recent: Type.Array(RunBar),
  /** Of its runs of the last 30 days. */
  counts: StateCounts,
  last_run: Nullable(Moment),
});
export type FlowRow = Static<typeof FlowRow>;

export const listFlows = route({
  method: "POST",
  path: "/ui/flows/list",
  summary: "Flows with their recent runs",
  tag,
  body: Open({
    name: Maybe(Type.String()),
    tags: Maybe(Tags),
    sort: Maybe(Enum(["NAME_ASC", "NAME_DESC", "LAST_RUN_DESC", "CREATED_DESC"] as const)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(FlowRow), count: Type.Integer() }) },
});

export const FlowPage = Open({
  flow: Flow,
  /** Its last 50 runs. */
  recent: Type.Array(RunBar),
  counts: StateCounts,
  /** From 0 to 1, of finished runs in the range. */
  success_rate: Nullable(Type.Number()),
  durations: Type.Array(
    Open({
      start: Moment,
      end: Moment,
      runs: Type.Integer(),
      median: Nullable(Type.Number()),
      p95: Nullable(Type.Number()),
    }),
  ),
  /** JSON Schema of the parameters, where a client told it. */
  parameter_schema: Nullable(Type.Unknown()),
});
export type FlowPage = Static<typeof FlowPage>;

export const readFlowPage = route({
  method: "GET",
  path: "/ui/flows/{id}",
  summary: "What the page of a flow shows first, in one answer",
  tag,
  params: ById,
  query: Open({ days: Maybe(Type.Integer({ minimum: 1, maximum: 366 })) }),
  replies: { 200: FlowPage },
});

/** The JSON Schema of a flow's parameters, kept for forms under the flow's version. */
export const keepParameterSchema = route({
  method: "PUT",
  path: "/flows/{id}/parameter_schema",
  summary: "Keep the JSON Schema of a flow's parameters",
  tag: "Flows",
  params: ById,
  body: Open({ version: Maybe(Type.String()), schema: Type.Unknown() }),
  replies: { 204: Type.Null() },
});

export const readParameterSchema = route({
  method: "GET",
  path: "/flows/{id}/parameter_schema",
  summary: "The newest JSON Schema of a flow's parameters; null where no client told it",
  tag: "Flows",
  params: ById,
  replies: { 200: Open({ schema: Nullable(Type.Unknown()) }) },
});

export const searchHits = ["flow", "flow-run", "task-run", "artifact"] as const;

export const search = route({
  method: "GET",
  path: "/ui/search",
  summary: "Flows, runs and artifacts by name or id",
  tag,
  query: Open({ q: Type.String({ maxLength: 200 }), limit: Maybe(Type.Integer({ minimum: 1, maximum: 50 })) }),
  replies: {
    200: Open({
      hits: Type.Array(
        Open({
          kind: Enum(searchHits),
          id: Uuid,
          name: Type.String(),
          detail: Nullable(Type.String()),
          state_type: Nullable(StateTypeName),
          state_name: Nullable(Type.String()),
        }),
      ),
    }),
  },
});

/** Counts stop at a million. On PostgreSQL those above 50,000 are what its planner holds, in thousands. */
const BoundedCount = Type.Integer();

/** What the page of settings shows. */
export const ServerPage = Open({
  version: Type.String(),
  started: Moment,
  database: Enum(["sqlite", "postgresql"] as const),
  /** The file, or host and name; never a password. */
  database_location: Type.String(),
  database_size_bytes: Nullable(Type.Integer()),
  migration: Type.String(),
  counts: Open({
    flow_runs: BoundedCount,
    task_runs: BoundedCount,
    logs: BoundedCount,
    artifacts: BoundedCount,
    events: BoundedCount,
  }),
  retention: Retention,
  settings: Type.Array(
    Open({
      name: Type.String(),
      /** The environment variable that sets it. */
      variable: Type.String(),
      value: Type.String(),
      about: Type.String(),
    }),
  ),
});
export type ServerPage = Static<typeof ServerPage>;

export const readServerPage = route({
  method: "GET",
  path: "/ui/server",
  summary: "The server, its database and its settings, for the page of settings",
  tag,
  replies: { 200: ServerPage },
});
