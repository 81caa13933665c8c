import type { Static } from "typebox";
import { WorkQueueFilter } from "./filters.ts";
import { FlowRun } from "./flow-runs.ts";
import { route } from "./route.ts";
import {
  ById,
  Integer32,
  Limit,
  Maybe,
  Moment,
  MomentInput,
  None,
  Nullable,
  Offset,
  Open,
  Page,
  Strict,
  Tags,
  Type,
  Uuid,
} from "./schema.ts";
import { PlaceLimit, PlaceName, PlaceStatusName, WorkQueueConcurrencyStatus } from "./work-pools.ts";

/** Deprecated in Prefect: which runs a queue without a pool takes. */
export const QueueFilter = Open({ tags: Maybe(Tags), deployment_ids: Maybe(Type.Array(Uuid)) });

/** 1 goes first. */
const Priority = Maybe(Integer32({ minimum: 1 }));

export const WorkQueueCreate = Strict({
  name: PlaceName,
  description: Maybe(Type.String()),
  is_paused: Type.Optional(Type.Boolean()),
  concurrency_limit: PlaceLimit,
  priority: Priority,
  filter: Maybe(QueueFilter),
});
export type WorkQueueCreate = Static<typeof WorkQueueCreate>;

/** Writes only the fields that are present. */
export const WorkQueueUpdate = Strict({
  name: Maybe(PlaceName),
  description: Maybe(Type.String()),
  is_paused: Type.Optional(Type.Boolean()),
  concurrency_limit: PlaceLimit,
  priority: Priority,
  last_polled: Maybe(MomentInput),
  filter: Maybe(QueueFilter),
});
export type WorkQueueUpdate = Static<typeof WorkQueueUpdate>;

export const WorkQueue = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  description: Nullable(Type.String()),
  is_paused: Type.Boolean(),
  concurrency_limit: Nullable(Type.Integer()),
  priority: Type.Integer(),
  work_pool_id: Nullable(Uuid),
  work_pool_name: Nullable(Type.String()),
  filter: Nullable(QueueFilter),
  last_polled: Nullable(Moment),
  status: Nullable(PlaceStatusName),
  active_slots: Nullable(Type.Integer()),
});
export type WorkQueue = Static<typeof WorkQueue>;

/** Healthy: not more late runs than allowed, and polled within the allowed seconds. */
export const WorkQueueHealth = Open({
  healthy: Type.Boolean(),
  late_runs_count: Type.Integer(),
  last_polled: Nullable(Moment),
  health_check_policy: Open({
    maximum_late_runs: Nullable(Type.Integer()),
    maximum_seconds_since_last_polled: Nullable(Type.Integer()),
  }),
});
export type WorkQueueHealth = Static<typeof WorkQueueHealth>;

const tag = "Work queues";
const OfPool = Open({ work_pool_name: Type.String() });
const InPool = Open({ work_pool_name: Type.String(), name: Type.String() });

export const createQueueOfPool = route({
  method: "POST",
  path: "/work_pools/{work_pool_name}/queues",
  access: "edit",
  summary: "Create a work queue in a work pool",
  tag,
  params: OfPool,
  body: WorkQueueCreate,
  replies: { 201: WorkQueue },
});

export const readQueueOfPool = route({
  method: "GET",
  path: "/work_pools/{work_pool_name}/queues/{name}",
  access: "read",
  summary: "Read a work queue of a work pool",
  tag,
  params: InPool,
  replies: { 200: WorkQueue },
});

export const updateQueueOfPool = route({
  method: "PATCH",
  path: "/work_pools/{work_pool_name}/queues/{name}",
  access: "edit",
  summary: "Change a work queue of a work pool",
  tag,
  params: InPool,
  body: WorkQueueUpdate,
  replies: { 204: None },
});

export const deleteQueueOfPool = route({
  method: "DELETE",
  path: "/work_pools/{work_pool_name}/queues/{name}",
  access: "edit",
  summary: "Delete a work queue of a work pool",
  tag,
  params: InPool,
  replies: { 204: None },
});

export const filterQueuesOfPool = route({
  method: "POST",
  path: "/work_pools/{work_pool_name}/queues/filter",
  access: "read",
  summary: "Find the work queues of a work pool",
  tag,
  params: OfPool,
  body: Open({ work_queues: Maybe(WorkQueueFilter), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(WorkQueue) },
});

export const createWorkQueue = route({
  method: "POST",
  path: "/work_queues/",
  access: "edit",
  summary: "Create a work queue in the pool of queues that are named without one",
  tag,
  body: WorkQueueCreate,
  replies: { 201: WorkQueue },
});

export const readWorkQueue = route({
  method: "GET",
  path: "/work_queues/{id}",
  access: "read",
  summary: "Read a work queue",
  tag,
  params: ById,
  replies: { 200: WorkQueue },
});

export const readWorkQueueByName = route({
  method: "GET",
  path: "/work_queues/name/{name}",
  access: "read",
  summary: "Read a work queue that is named without a pool",
  tag,
  params: Open({ name: Type.String() }),
  replies: { 200: WorkQueue },
});

export const updateWorkQueue = route({
  method: "PATCH",
  path: "/work_queues/{id}",
  access: "edit",
  summary: "Change a work queue",
  tag,
  params: ById,
  body: WorkQueueUpdate,
  replies: { 204: None },
});

export const deleteWorkQueue = route({
  method: "DELETE",
  path: "/work_queues/{id}",
  access: "edit",
  summary: "Delete a work queue",
  tag,
  params: ById,
  replies: { 204: None },
});

export const filterWorkQueues = route({
  method: "POST",
  path: "/work_queues/filter",
  access: "read",
  summary: "Find work queues of all pools",
  tag,
  body: Open({ work_queues: Maybe(WorkQueueFilter), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(WorkQueue) },
});

/** Deprecated in Prefect: only queues with a filter let some deployments pass and others not. */
export const queuesForDeployment = route({
  method: "GET",
  path: "/deployments/{id}/work_queue_check",
  access: "read",
  summary: "The work queues whose filter lets runs of a deployment pass (deprecated)",
  tag,
  params: ById,
  replies: { 200: Type.Array(WorkQueue) },
});

/** Whoever asks is taken to serve the queue: it becomes READY. */
export const scheduledRunsOfQueue = route({
  method: "POST",
  path: "/work_queues/{id}/get_runs",
  access: "run",
  summary: "The runs of a work queue that are due",
  tag,
  params: ById,
  body: Open({ scheduled_before: Maybe(MomentInput), limit: Limit }),
  bodyOptional: true,
  replies: { 200: Type.Array(FlowRun) },
});

export const workQueueConcurrencyStatus = route({
  method: "POST",
  path: "/work_queues/{id}/concurrency_status",
  access: "read",
  summary: "The slots of a work queue, and the runs that hold them",
  tag,
  params: ById,
  body: Open({ page: Page, limit: Limit }),
  bodyOptional: true,
  replies: { 200: WorkQueueConcurrencyStatus },
});

export const workQueueStatus = route({
  method: "GET",
  path: "/work_queues/{id}/status",
  access: "read",
  summary: "Whether a work queue is polled and keeps up",
  tag,
  params: ById,
  replies: { 200: WorkQueueHealth },
});
