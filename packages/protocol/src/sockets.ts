import type { Access } from "./access.ts";

/** One websocket of the API. The server registers it and the OpenAPI document lists it, both from this one object. */
export interface SocketContract {
  /** Below `/api`, with parameters as in routes: `/work_pools/{name}/workers/connect`. */
  readonly path: string;
  /** The access level that a caller needs. */
  readonly access: Access;
  readonly summary: string;
  /** Whether a client has to begin with the handshake even where its request says who it is, or where everybody is let in. */
  readonly handshakeRequired?: boolean;
}

export const eventsIn = {
  path: "/events/in",
  access: "run",
  summary: "Takes events; the pong to a ping says that all before it are durable",
} as const satisfies SocketContract;

export const eventsOut = {
  path: "/events/out",
  access: "read",
  summary: "Sends the events that match a filter, as they happen",
} as const satisfies SocketContract;

export const logsOut = {
  path: "/logs/out",
  access: "read",
  summary: "Sends the log lines that match a filter, as they come",
} as const satisfies SocketContract;

export const liveChanges = {
  path: "/ui/live",
  access: "read",
  summary: "Tells pages what changes in what they show",
} as const satisfies SocketContract;

export const deploymentWaking = {
  path: "/deployments/wake",
  access: "run",
  summary: "Tells who serves deployments when their runs are due, and when one of them is to stop",
} as const satisfies SocketContract;

export const slotWaking = {
  path: "/concurrency/wake",
  access: "run",
  summary: "Tells who waits for slots of concurrency limits when it is worth to ask again",
} as const satisfies SocketContract;

export const scheduledTaskRuns = {
  path: "/task_runs/subscriptions/scheduled",
  access: "run",
  summary: "Hands deferred task runs to task workers, each to one of them",
} as const satisfies SocketContract;

export const taskRunWaking = {
  path: "/task_runs/wake",
  access: "read",
  summary: "Tells who waits for task runs when they have ended",
} as const satisfies SocketContract;

export const workerChannel = {
  path: "/work_pools/{name}/workers/connect",
  access: "run",
  summary:
    "Joins a worker with its work pool: signs of life, changes of the pool, due runs, and what is to be cleaned up",
  handshakeRequired: true,
} as const satisfies SocketContract;
