import type { Static } from "typebox";
import { LogFilter } from "./filters.ts";
import { route } from "./route.ts";
import { Enum, Limit, Maybe, Moment, MomentInput, None, Nullable, Offset, Open, Type, Uuid } from "./schema.ts";

/** A line with an `id` from the client is kept once, however often it is sent. */
export const LogCreate = Open({
  id: Maybe(Uuid),
  name: Type.String(),
  level: Type.Integer(),
  message: Type.String(),
  timestamp: MomentInput,
  flow_run_id: Maybe(Uuid),
  task_run_id: Maybe(Uuid),
  worker_id: Maybe(Uuid),
});
export type LogCreate = Static<typeof LogCreate>;

export const Log = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  level: Type.Integer(),
  message: Type.String(),
  timestamp: Moment,
  flow_run_id: Nullable(Uuid),
  task_run_id: Nullable(Uuid),
});
export type Log = Static<typeof Log>;

export const logSorts = ["TIMESTAMP_ASC", "TIMESTAMP_DESC"] as const;

export const createLogs = route({
  method: "POST",
  path: "/logs/",
  access: "run",
  summary: "Keep log lines",
  tag: "Logs",
  body: Type.Array(LogCreate),
  bodyLimit: 16 * 1024 * 1024,
  replies: { 201: None },
});

export const filterLogs = route({
  method: "POST",
  path: "/logs/filter",
  access: "read",
  summary: "Find log lines",
  tag: "Logs",
  body: Open({ logs: Maybe(LogFilter), sort: Maybe(Enum(logSorts)), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(Log) },
});
