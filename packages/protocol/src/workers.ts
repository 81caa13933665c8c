import type { Static } from "typebox";
import { route } from "./route.ts";
import {
  Enum,
  Indexed,
  Integer32,
  Limit,
  Maybe,
  Moment,
  MomentInput,
  maxIndexedBytes,
  None,
  Nullable,
  Offset,
  Open,
  Operator,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

export const workerStatuses = ["ONLINE", "OFFLINE"] as const;
export type WorkerStatus = (typeof workerStatuses)[number];
const StatusName = Enum(workerStatuses);
const statuses = Maybe(Type.Array(StatusName, { maxItems: 500 }));

export const WorkerFilter = Strict({
  operator: Maybe(Operator),
  last_heartbeat_time: Maybe(Strict({ before_: Maybe(MomentInput), after_: Maybe(MomentInput) })),
  status: Maybe(Strict({ any_: statuses, not_any_: statuses })),
});
export type WorkerFilter = Static<typeof WorkerFilter>;

export const WorkerHeartbeat = Open({
  name: Indexed(Type.String({ maxLength: maxIndexedBytes })),
  heartbeat_interval_seconds: Maybe(Integer32({ minimum: 0 })),
});
export type WorkerHeartbeat = Static<typeof WorkerHeartbeat>;

/** A worker is OFFLINE when it has given no sign for three of its intervals. */
export const WorkerInfo = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  work_pool_id: Uuid,
  last_heartbeat_time: Nullable(Moment),
  heartbeat_interval_seconds: Nullable(Type.Integer()),
  status: StatusName,
});
export type WorkerInfo = Static<typeof WorkerInfo>;

const tag = "Workers";
const OfPool = Open({ work_pool_name: Type.String() });

export const heartbeatOfWorker = route({
  method: "POST",
  path: "/work_pools/{work_pool_name}/workers/heartbeat",
  access: "run",
  summary: "Give a sign of life of a worker, which the first one registers",
  tag,
  params: OfPool,
  body: WorkerHeartbeat,
  replies: { 204: None },
});

export const filterWorkers = route({
  method: "POST",
  path: "/work_pools/{work_pool_name}/workers/filter",
  access: "read",
  summary: "Find the workers of a work pool, those heard last first",
  tag,
  params: OfPool,
  body: Open({ workers: Maybe(WorkerFilter), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(WorkerInfo) },
});

export const deleteWorker = route({
  method: "DELETE",
  path: "/work_pools/{work_pool_name}/workers/{name}",
  access: "edit",
  summary: "Delete a worker; it comes back with its next sign of life",
  tag,
  params: Open({ work_pool_name: Type.String(), name: Type.String() }),
  replies: { 204: None },
});
