import type { Static } from "typebox";
import { route } from "../route.ts";
import { Enum, JsonObject, Maybe, Moment, Nullable, Offset, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { PlaceStatusName, placeStatuses, WorkPool } from "../work-pools.ts";
import { WorkerInfo } from "../workers.ts";
import { StartProblem } from "./deployments.ts";
import { FlowRunRow } from "./runs.ts";
import { pagesTag } from "./tag.ts";

/** Late runs are counted up to this number in each queue. */
export const maxLateCounted = 10_000;

/** What a work pool or a work queue has to do now. */
const placeFigures = {
  /** Its runs that are PENDING, RUNNING or CANCELLING: each holds a slot. */
  active_slots: Type.Integer(),
  /** Those of them that are RUNNING or CANCELLING. */
  running: Type.Integer(),
  /** Runs that nothing has started though their time has passed, at most 10,000 of each queue. */
  late: Type.Integer(),
  /** The time of the run that has waited longest. */
  late_since: Nullable(Moment),
  /** When somebody last asked for its runs. */
  last_polled: Nullable(Moment),
};

/** A work pool with what a row of a list shows. */
export const WorkPoolRow = Open({
  id: Uuid,
  name: Type.String(),
  type: Type.String(),
  description: Nullable(Type.String()),
  created: Moment,
  is_paused: Type.Boolean(),
  status: PlaceStatusName,
  concurrency_limit: Nullable(Type.Integer()),
  ...placeFigures,
  workers_online: Type.Integer(),
  /** Why its runs do not start, in a sentence; null where they do. */
  problem: Nullable(Type.String()),
});
export type WorkPoolRow = Static<typeof WorkPoolRow>;

export const listWorkPools = route({
  method: "POST",
  path: "/ui/work_pools/list",
  access: "read",
  summary: "Work pools with their workers, running and late runs",
  tag: pagesTag,
  body: Open({
    ids: Maybe(Type.Array(Uuid, { maxItems: 100 })),
    /** A part of the name or of the description. */
    text: Maybe(Type.String({ maxLength: 200 })),
    types: Maybe(Type.Array(Type.String(), { maxItems: 100 })),
    statuses: Maybe(Type.Array(Enum(placeStatuses), { maxItems: placeStatuses.length })),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 100 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(WorkPoolRow),
      count: Type.Integer(),
      /** The types of all pools, to choose from. */
      types: Type.Array(Type.String()),
    }),
  },
});

/** A run that holds a slot of a pool and of its queue. */
export const PlaceHolder = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  /** When it entered its state. */
  since: Nullable(Moment),
  work_queue_id: Uuid,
  worker_name: Nullable(Type.String()),
});
export type PlaceHolder = Static<typeof PlaceHolder>;

export const WorkQueueRow = Open({
  id: Uuid,
  name: Type.String(),
  description: Nullable(Type.String()),
  is_paused: Type.Boolean(),
  status: PlaceStatusName,
  /** 1 goes first. */
  priority: Type.Integer(),
  concurrency_limit: Nullable(Type.Integer()),
  ...placeFigures,
  /** Deployments whose runs wait in it. */
  deployments: Type.Integer(),
});
export type WorkQueueRow = Static<typeof WorkQueueRow>;

export const WorkerRow = Open({
  ...WorkerInfo.properties,
  /** What it said of itself when it connected. */
  metadata: Nullable(JsonObject),
  /** Its runs that are PENDING, RUNNING or CANCELLING. */
  runs: Type.Array(PlaceHolder),
});
export type WorkerRow = Static<typeof WorkerRow>;

/** Deployments whose runs wait in a pool or queue: the first by name, and how many there are. */
const PlaceDeployments = Open({
  count: Type.Integer(),
  results: Type.Array(
    Open({ id: Uuid, name: Type.String(), flow_name: Type.String(), work_queue_name: Type.String() }),
  ),
});

export const WorkPoolPage = Open({
  pool: WorkPool,
  ...placeFigures,
  workers_online: Type.Integer(),
  problems: Type.Array(StartProblem),
  /** The runs that hold slots, the longest first, at most 100. */
  holders: Type.Array(PlaceHolder),
  /** In the order in which their runs go, at most 500. */
  queues: Type.Array(WorkQueueRow),
  /** Those heard last first, at most 200. */
  workers: Type.Array(WorkerRow),
  deployments: PlaceDeployments,
});
export type WorkPoolPage = Static<typeof WorkPoolPage>;

export const readWorkPoolPage = route({
  method: "GET",
  path: "/ui/work_pools/{name}",
  access: "read",
  summary: "What the page of a work pool shows first, in one answer",
  tag: pagesTag,
  params: Open({ name: Type.String() }),
  replies: { 200: WorkPoolPage },
});

/** A pool as the pages of its queues and workers show it. */
const PoolOfPlace = Open({
  id: Uuid,
  name: Type.String(),
  type: Type.String(),
  is_paused: Type.Boolean(),
  status: PlaceStatusName,
  default_queue_id: Nullable(Uuid),
});

export const WorkQueuePage = Open({
  pool: PoolOfPlace,
  queue: WorkQueueRow,
  problems: Type.Array(StartProblem),
  holders: Type.Array(PlaceHolder),
  deployments: PlaceDeployments,
});
export type WorkQueuePage = Static<typeof WorkQueuePage>;

export const readWorkQueuePage = route({
  method: "GET",
  path: "/ui/work_pools/{name}/queues/{queue}",
  access: "read",
  summary: "What the page of a work queue shows first, in one answer",
  tag: pagesTag,
  params: Open({ name: Type.String(), queue: Type.String() }),
  replies: { 200: WorkQueuePage },
});

export const WorkerPage = Open({
  pool: PoolOfPlace,
  worker: WorkerRow,
  /** The runs that it took, the latest first, at most 100. */
  runs: Type.Array(FlowRunRow),
});
export type WorkerPage = Static<typeof WorkerPage>;

export const readWorkerPage = route({
  method: "GET",
  path: "/ui/work_pools/{name}/workers/{worker}",
  access: "read",
  summary: "What the page of a worker shows first, in one answer",
  tag: pagesTag,
  params: Open({ name: Type.String(), worker: Type.String() }),
  replies: { 200: WorkerPage },
});
