import type { Static } from "typebox";
import { WorkPoolFilter } from "./filters.ts";
import { FlowRun } from "./flow-runs.ts";
import { route } from "./route.ts";
import {
  Count,
  Enum,
  Indexed,
  Integer32,
  JsonObject,
  Limit,
  Maybe,
  Moment,
  MomentInput,
  maxIndexedBytes,
  None,
  Nullable,
  Offset,
  Open,
  Page,
  StateTypeName,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

export const PlaceName = Indexed(Type.String({ pattern: "^[^/%&><]+$", maxLength: maxIndexedBytes }));

export const placeStatuses = ["READY", "NOT_READY", "PAUSED"] as const;
export type PlaceStatus = (typeof placeStatuses)[number];
export const PlaceStatusName = Enum(placeStatuses);

/** The most runs that are in the states PENDING, RUNNING or CANCELLING at a time; 0 lets none start, null sets no limit. */
export const PlaceLimit = Maybe(Integer32({ minimum: 0 }));

/** Where programs keep code and results of runs of the pool; the clients read it. */
export const StorageConfiguration = Open({
  bundle_upload_step: Maybe(JsonObject),
  bundle_execution_step: Maybe(JsonObject),
  default_result_storage_block_id: Maybe(Uuid),
});

export const WorkPoolCreate = Strict({
  name: PlaceName,
  description: Maybe(Type.String()),
  /** The type of the workers that take its runs; `prefect-agent` by default. */
  type: Type.Optional(Type.String()),
  base_job_template: Type.Optional(JsonObject),
  is_paused: Type.Optional(Type.Boolean()),
  concurrency_limit: PlaceLimit,
  storage_configuration: Type.Optional(StorageConfiguration),
});
export type WorkPoolCreate = Static<typeof WorkPoolCreate>;

/** Writes only the fields that are present. */
export const WorkPoolUpdate = Strict({
  description: Maybe(Type.String()),
  is_paused: Maybe(Type.Boolean()),
  base_job_template: Maybe(JsonObject),
  concurrency_limit: PlaceLimit,
  storage_configuration: Maybe(StorageConfiguration),
});
export type WorkPoolUpdate = Static<typeof WorkPoolUpdate>;

export const WorkPool = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  description: Nullable(Type.String()),
  type: Type.String(),
  base_job_template: JsonObject,
  is_paused: Type.Boolean(),
  concurrency_limit: Nullable(Type.Integer()),
  status: Nullable(PlaceStatusName),
  default_queue_id: Nullable(Uuid),
  storage_configuration: StorageConfiguration,
  active_slots: Nullable(Type.Integer()),
});
export type WorkPool = Static<typeof WorkPool>;

/** A run that holds a slot. */
export const SlotRun = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  start_time: Nullable(Moment),
  state_timestamp: Nullable(Moment),
  /** Seconds. */
  time_in_current_state: Nullable(Type.Number()),
});
export type SlotRun = Static<typeof SlotRun>;

const pageOf = { count: Type.Integer(), limit: Type.Integer(), pages: Type.Integer(), page: Type.Integer() };

/** The slots that are taken, by queue; pages go over the queues. */
export const WorkPoolConcurrencyStatus = Open({
  active_slots: Type.Integer(),
  concurrency_limit: Nullable(Type.Integer()),
  queues: Type.Array(
    Open({
      queue_id: Uuid,
      queue_name: Type.String(),
      active_slots: Type.Integer(),
      concurrency_limit: Nullable(Type.Integer()),
      flow_runs: Type.Array(SlotRun),
      flow_run_count: Nullable(Type.Integer()),
    }),
  ),
  ...pageOf,
});
export type WorkPoolConcurrencyStatus = Static<typeof WorkPoolConcurrencyStatus>;

/** Pages go over the runs. */
export const WorkQueueConcurrencyStatus = Open({
  active_slots: Type.Integer(),
  concurrency_limit: Nullable(Type.Integer()),
  flow_runs: Type.Array(SlotRun),
  ...pageOf,
});
export type WorkQueueConcurrencyStatus = Static<typeof WorkQueueConcurrencyStatus>;

/** A run for a worker of the pool, with the place where it waits. */
export const WorkerFlowRun = Open({ work_pool_id: Uuid, work_queue_id: Uuid, flow_run: FlowRun });
export type WorkerFlowRun = Static<typeof WorkerFlowRun>;

const tag = "Work pools";
const ByName = Open({ name: Type.String() });

export const createWorkPool = route({
  method: "POST",
  path: "/work_pools/",
  access: "edit",
  summary: "Create a work pool with its default queue",
  tag,
  body: WorkPoolCreate,
  replies: { 201: WorkPool },
});

export const readWorkPool = route({
  method: "GET",
  path: "/work_pools/{name}",
  access: "read",
  summary: "Read a work pool",
  tag,
  params: ByName,
  replies: { 200: WorkPool },
});

export const updateWorkPool = route({
  method: "PATCH",
  path: "/work_pools/{name}",
  access: "edit",
  summary: "Change a work pool",
  tag,
  params: ByName,
  body: WorkPoolUpdate,
  replies: { 204: None },
});

export const deleteWorkPool = route({
  method: "DELETE",
  path: "/work_pools/{name}",
  access: "edit",
  summary: "Delete a work pool with its queues and workers; its deployments and runs stay",
  tag,
  params: ByName,
  replies: { 204: None },
});

export const filterWorkPools = route({
  method: "POST",
  path: "/work_pools/filter",
  access: "read",
  summary: "Find work pools",
  tag,
  body: Open({ work_pools: Maybe(WorkPoolFilter), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(WorkPool) },
});

export const countWorkPools = route({
  method: "POST",
  path: "/work_pools/count",
  access: "read",
  summary: "Count work pools",
  tag,
  body: Open({ work_pools: Maybe(WorkPoolFilter) }),
  bodyOptional: true,
  replies: { 200: Count },
});

export const workPoolConcurrencyStatus = route({
  method: "POST",
  path: "/work_pools/{name}/concurrency_status",
  access: "read",
  summary: "The slots of a work pool and its queues, and the runs that hold them",
  tag,
  params: ByName,
  body: Open({
    page: Page,
    limit: Limit,
    /** The most runs that are named for each queue. */
    flow_run_limit: Maybe(Type.Integer({ minimum: 0, maximum: 200 })),
  }),
  bodyOptional: true,
  replies: { 200: WorkPoolConcurrencyStatus },
});

/** Whoever asks is taken to serve these queues: they become READY. No names stand for all queues of the pool. */
export const scheduledRunsOfWorkPool = route({
  method: "POST",
  path: "/work_pools/{name}/get_scheduled_flow_runs",
  access: "run",
  summary: "The runs of a work pool that are due, in the order in which they should start",
  tag,
  params: ByName,
  body: Open({
    work_queue_names: Maybe(Type.Array(Type.String(), { maxItems: 5000 })),
    scheduled_before: Maybe(MomentInput),
    scheduled_after: Maybe(MomentInput),
    limit: Limit,
  }),
  bodyOptional: true,
  replies: { 200: Type.Array(WorkerFlowRun) },
});

/** Ours: the most runs that one request claims. */
export const maxClaims = 100;

/**
 * Ours: takes due runs for a worker. Each becomes PENDING with all slots that it needs in one transaction, so no two workers get
 * the same run. The claim on a run is the id of its PENDING state.
 */
export const claimRunsOfWorkPool = route({
  method: "POST",
  path: "/work_pools/{name}/claim",
  access: "run",
  summary: "Claim due runs of a work pool for a worker",
  tag,
  params: ByName,
  body: Strict({
    worker_name: Type.String(),
    work_queue_names: Maybe(Type.Array(Type.String(), { maxItems: 5000 })),
    limit: Type.Integer({ minimum: 1, maximum: maxClaims }),
  }),
  replies: { 200: Type.Array(WorkerFlowRun) },
});
