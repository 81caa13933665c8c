import type { Static } from "typebox";
import { route } from "./route.ts";
import { Enum, Maybe, Moment, Nullable, Open, Type } from "./schema.ts";

const tag = "Server";

/** The kinds of data that have a retention time of their own. */
export const retainedKinds = ["runs", "logs", "events", "artifacts", "latest_artifacts", "results"] as const;
export type RetainedKind = (typeof retainedKinds)[number];

export const RetentionRule = Open({
  kind: Enum(retainedKinds),
  /** `30d`, `12h`, or `never` if age does not remove anything of this kind. */
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

/** The cutoff of each kind: older data was removed. Null if age removes nothing. */
export const RetentionCutoffs = Open({
  runs: Nullable(Moment),
  logs: Nullable(Moment),
  events: Nullable(Moment),
  artifacts: Nullable(Moment),
  latest_artifacts: Nullable(Moment),
  results: Nullable(Moment),
});
export type RetentionCutoffs = Static<typeof RetentionCutoffs>;

/** One pass over all data that has a retention time. */
export const RetentionPass = Open({
  started: Moment,
  finished: Moment,
  /**
   * How the pass ended: everything too old is gone; it was interrupted and continues later; it removed nothing and waits for a
   * confirmation; or it failed. `error` says why.
   */
  outcome: Enum(["complete", "interrupted", "waiting", "failed"] as const),
  error: Nullable(Type.String()),
  removed: RemovedCounts,
  /** The time that ages are measured from: behind the clock if the clock jumped. Null for passes of earlier versions. */
  as_of: Nullable(Moment),
  cutoffs: Nullable(RetentionCutoffs),
  /** How much smaller the database file became. 0 on PostgreSQL, which reuses the space by itself. */
  bytes_given_back: Type.Integer(),
});
export type RetentionPass = Static<typeof RetentionPass>;

export const Retention = Open({
  rules: Type.Array(RetentionRule),
  /** Whether this server is removing data now. */
  running: Type.Boolean(),
  /** The latest pass of any server of this database. */
  last: Nullable(RetentionPass),
  /** Why less is removed than the clock suggests, and the remedy; null if nothing is held back. */
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
    /** True if a person has seen what would be removed and confirms that the clock is right. */
    confirmed: Maybe(Type.Boolean()),
  }),
  bodyOptional: true,
  replies: { 202: Retention },
});
