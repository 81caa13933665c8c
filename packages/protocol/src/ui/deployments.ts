import type { Static } from "typebox";
import { Deployment, DeploymentSchedule, deploymentStatuses, VersionInfo } from "../deployments.ts";
import { CreatedBy } from "../flow-runs.ts";
import { Flow } from "../flows.ts";
import { route } from "../route.ts";
import { ById, Enum, JsonObject, Maybe, Moment, Nullable, Offset, Open, Tags, Type, Uuid } from "../schema.ts";
import { SlotHolder } from "../waiting.ts";
import { countReplies, FlowCount } from "./counts.ts";
import { RunBar, StateCounts } from "./runs.ts";
import { pagesTag } from "./tag.ts";

/** The earliest run of a deployment that has not started: `at` has passed where it is late. */
export const NextRun = Open({ id: Uuid, name: Type.String(), state_name: Nullable(Type.String()), at: Moment });
export type NextRun = Static<typeof NextRun>;

/** A deployment with what a row of a list shows. */
export const DeploymentRow = Open({
  id: Uuid,
  name: Type.String(),
  flow_id: Uuid,
  flow_name: Type.String(),
  tags: Tags,
  paused: Type.Boolean(),
  status: Enum(deploymentStatuses),
  /** When somebody last asked for its runs. */
  last_polled: Nullable(Moment),
  work_pool_name: Nullable(Type.String()),
  created: Moment,
  /** `words` say when it runs: "every weekday at 06:00 (Europe/Berlin)". */
  schedules: Type.Array(Open({ id: Uuid, active: Type.Boolean(), words: Type.String() })),
  next_run: Nullable(NextRun),
  /** Its last 20 runs. */
  recent: Type.Array(RunBar),
  /** Counts its runs of the last 30 days. */
  counts: StateCounts,
  /** The 95th percentile of the durations of the runs that completed in 30 days, the newest 1,000 at most, in seconds. */
  p95: Nullable(Type.Number()),
});
export type DeploymentRow = Static<typeof DeploymentRow>;

export const deploymentListSorts = [
  "NAME_ASC",
  "NEXT_RUN_ASC",
  "LAST_RUN_DESC",
  "CREATED_DESC",
  "UPDATED_DESC",
] as const;
export type DeploymentListSort = (typeof deploymentListSorts)[number];

/** What narrows a list of deployments. */
const deploymentFilter = {
  ids: Maybe(Type.Array(Uuid, { maxItems: 100 })),
  /** A part of the name of the deployment or of its flow. */
  text: Maybe(Type.String({ maxLength: 200 })),
  flow_ids: Maybe(Type.Array(Uuid, { maxItems: 200 })),
  /** All of them. */
  tags: Maybe(Tags),
  status: Maybe(Enum(deploymentStatuses)),
  paused: Maybe(Type.Boolean()),
  work_pools: Maybe(Type.Array(Type.String(), { maxItems: 200 })),
};

export const listDeployments = route({
  method: "POST",
  path: "/ui/deployments/list",
  access: "read",
  summary: "Deployments with their schedules, recent runs and next run",
  tag: pagesTag,
  body: Open({
    ...deploymentFilter,
    /** By name: of the flow, then of the deployment. Deployments without a next or a last run come last. */
    sort: Maybe(Enum(deploymentListSorts)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 100 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(DeploymentRow), count: Type.Integer() }) },
});

export const countDeploymentsByState = route({
  method: "POST",
  path: "/ui/deployments/count_by_state",
  access: "read",
  summary: "How many deployments of a filter are ready, and how many of them are paused",
  tag: pagesTag,
  body: Open(deploymentFilter),
  bodyOptional: true,
  replies: countReplies(Open({ status: Enum(deploymentStatuses), paused: Type.Boolean(), count: Type.Integer() })),
});

export const countDeploymentsByFlow = route({
  method: "POST",
  path: "/ui/deployments/count_by_flow",
  access: "read",
  summary: "How many deployments of a filter each flow has",
  tag: pagesTag,
  body: Open(deploymentFilter),
  bodyOptional: true,
  replies: countReplies(FlowCount),
});

/** A schedule with what it says: `next` are its next ten times, whether it is active or not. */
export const ScheduleInPage = Open({
  ...DeploymentSchedule.properties,
  words: Type.String(),
  next: Type.Array(Moment),
});
export type ScheduleInPage = Static<typeof ScheduleInPage>;

/** A reason why a run of the deployment would not start now. */
export const StartProblem = Open({
  reason: Type.String(),
  /** Since when, where that is known. */
  since: Nullable(Moment),
  /** A way to make runs start. */
  hint: Nullable(Type.String()),
  /** Some of those who hold the slots, where all are taken. */
  holders: Type.Array(SlotHolder),
});
export type StartProblem = Static<typeof StartProblem>;

/** A run that ended; `message` says why it failed, `duration` is in seconds. */
const EndedRun = Open({
  id: Uuid,
  name: Type.String(),
  at: Moment,
  duration: Nullable(Type.Number()),
  message: Nullable(Type.String()),
});

export const DeploymentPage = Open({
  deployment: Deployment,
  flow: Flow,
  schedules: Type.Array(ScheduleInPage),
  next_run: Nullable(NextRun),
  /** Its last 50 runs. */
  recent: Type.Array(RunBar),
  /** Counts its runs of the last 30 days. */
  counts: StateCounts,
  p95: Nullable(Type.Number()),
  last_success: Nullable(EndedRun),
  last_failure: Nullable(EndedRun),
  problems: Type.Array(StartProblem),
});
export type DeploymentPage = Static<typeof DeploymentPage>;

export const readDeploymentPage = route({
  method: "GET",
  path: "/ui/deployments/{id}",
  access: "read",
  summary: "What the page of a deployment shows first, in one answer",
  tag: pagesTag,
  params: ById,
  replies: { 200: DeploymentPage },
});

/** What a deployment said from `created` on: everything that a run of it may depend on. */
export const DeploymentVersion = Open({
  id: Uuid,
  created: Moment,
  version: Nullable(Type.String()),
  version_info: Nullable(VersionInfo),
  definition: JsonObject,
  created_by: Nullable(CreatedBy),
});
export type DeploymentVersion = Static<typeof DeploymentVersion>;

export const listDeploymentVersions = route({
  method: "GET",
  path: "/ui/deployments/{id}/versions",
  access: "read",
  summary: "What a deployment said, newest first",
  tag: pagesTag,
  params: ById,
  query: Open({ limit: Maybe(Type.Integer({ minimum: 1, maximum: 50 })), offset: Offset }),
  replies: { 200: Open({ results: Type.Array(DeploymentVersion), count: Type.Integer() }) },
});
