import type { Static } from "typebox";
import { Flow } from "../flows.ts";
import { route } from "../route.ts";
import { ById, Enum, Maybe, Moment, Nullable, Offset, Open, Tags, Type } from "../schema.ts";
import { FailureGroups } from "./failures.ts";
import { RunBar, StateCounts } from "./runs.ts";
import { pagesTag } from "./tag.ts";

/** Of the completed runs of the time that is counted, in seconds of running; null where none completed. */
const durations = { median: Nullable(Type.Number()), p95: Nullable(Type.Number()) };

export const FlowRow = Open({
  flow: Flow,
  /** Its last 20 runs. */
  recent: Type.Array(RunBar),
  /** Counts its runs of the last 30 days. */
  counts: StateCounts,
  ...durations,
  last_run: Nullable(Moment),
});
export type FlowRow = Static<typeof FlowRow>;

export const listFlows = route({
  method: "POST",
  path: "/ui/flows/list",
  access: "read",
  summary: "Flows with their recent runs",
  tag: pagesTag,
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
  ...durations,
  /** Its failures in the range, those with the same cause together, at most 8 groups. */
  failures: FailureGroups,
  /** The share of finished runs in the range that succeeded, from 0 to 1. */
  success_rate: Nullable(Type.Number()),
  durations: Type.Array(
    Open({
      start: Moment,
      end: Moment,
      runs: Type.Integer(),
      ...durations,
    }),
  ),
  /** JSON Schema of the parameters, where a client sent it. */
  parameter_schema: Nullable(Type.Unknown()),
});
export type FlowPage = Static<typeof FlowPage>;

export const readFlowPage = route({
  method: "GET",
  path: "/ui/flows/{id}",
  access: "read",
  summary: "What the page of a flow shows first, in one answer",
  tag: pagesTag,
  params: ById,
  query: Open({ days: Maybe(Type.Integer({ minimum: 1, maximum: 366 })) }),
  replies: { 200: FlowPage },
});
