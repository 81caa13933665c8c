import type { Static } from "typebox";
import { Retention } from "../retention.ts";
import { route } from "../route.ts";
import { Enum, Moment, Nullable, Open, Type } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** Counts stop at a million. On PostgreSQL those above 50,000 are the planner's estimates, in thousands. */
const BoundedCount = Type.Integer();

/** The page of settings in one answer. */
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
  access: "read",
  summary: "The server, its database and its settings, for the page of settings",
  tag: pagesTag,
  replies: { 200: ServerPage },
});
