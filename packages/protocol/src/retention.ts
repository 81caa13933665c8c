import type { Static } from "typebox";
import { route } from "./route.ts";
import { Enum, Maybe, Moment, Nullable, Open, Type } from "./schema.ts";

const tag = "Server";

/** What has a time of its own for which it is kept. */
export const retainedKinds = ["runs", "logs", "events", "artifacts", "latest_artifacts", "results"] as const;
export type RetainedKind = (typeof retainedKinds)[number];

export const RetentionRule = Open({
  kind: Enum(retainedKinds),
  /** `30d`, `12h`, or `never` where nothing of the kind is removed because of its age. */
  kept: Type.String(),
  /** The same in seconds; null for `never`. */
  seconds: Nullable(Type.Number()),
  /** The environment variable that sets it. */
  variable: Type.String(),
  about: Type.String(),
});
export type RetentionRule = Static<typeof RetentionRule>;

/** Rows by kind. A result counts when its data goes, alone or with its run. */
export const RemovedCounts = Open({
  flow_runs: Type.Integer(),
  task_runs: Type.Integer(),
  logs: Type.Integer(),
  events: Type.Integer(),
  artifacts: Type.Integer(),
  results: Type.Integer(),
  cache_entries: Type.Integer(),
});
export type RemovedCounts = Static<typeof RemovedCounts>;

/** What is older than this was too old, by kind; null where nothing ever is. */
export const RetentionCutoffs = Open({
  runs: Nullable(Moment),
  logs: Nullable(Moment),
  events: Nullable(Moment),
  artifacts: Nullable(Moment),
  latest_artifacts: Nullable(Moment),
  results: Nullable(Moment),
});
export type RetentionCutoffs = Static<typeof RetentionCutoffs>;

/** One pass over everything that is kept for a time. */
export const RetentionPass = Open({
  started: Moment,
  finished: Moment,
  /**
   * How it ended: all that was too old is gone; it was interrupted and goes on later; it removed nothing and waits for somebody
   * to say that it may; or it failed. `error` says why.
   */
  outcome: Enum(["complete", "interrupted", "waiting", "failed"] as const),
  error: Nullable(Type.String()),
  removed: RemovedCounts,
  /** The moment from which age was measured: behind the clock where that has jumped. Null of passes of earlier versions. */
  as_of: Nullable(Moment),
  cutoffs: Nullable(RetentionCutoffs),
  /** By which the file of the database became smaller. 0 on PostgreSQL, which uses the room again by itself. */
  bytes_given_back: Type.Integer(),
});
export type RetentionPass = Static<typeof RetentionPass>;

export const Retention = Open({
  rules: Type.Array(RetentionRule),
  /** Whether this server is removing something now. */
  running: Type.Boolean(),
  /** The latest pass of any server of this database. */
  last: Nullable(RetentionPass),
  /** Why less is removed than is too old by the machine's clock, and what to do; null where nothing is held back. */
  waiting: Nullable(Type.String()),
  database_size_bytes: Nullable(Type.Integer()),
});
export type Retention = Static<typeof Retention>;

export const readRetention = route({
  method: "GET",
  path: "/admin/retention",
  access: "read",
  summary: "For how long things are kept, and what the last pass removed",
  tag,
  replies: { 200: Retention },
});

export const previewRetention = route({
  method: "GET",
  path: "/admin/retention/preview",
  access: "read",
  summary: "What a pass would remove now; counts stop at a million",
  tag,
  replies: { 200: RemovedCounts },
});

export const runRetention = route({
  method: "POST",
  path: "/admin/retention/run",
  access: "admin",
  summary: "Remove now what is too old; answers at once, `GET /admin/retention` says when it is done",
  tag,
  body: Open({
    /** Somebody has seen what would go, and says that the clock is right and that it may go. */
    confirmed: Maybe(Type.Boolean()),
  }),
  bodyOptional: true,
  replies: { 202: Retention },
});
