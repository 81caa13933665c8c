import type { Static } from "typebox";
import { maxTaskRunEnds } from "./limits.ts";
import { route } from "./route.ts";
import { ById, Enum, Limit, Maybe, Moment, MomentInput, None, Nullable, Open, Strict, Type, Uuid } from "./schema.ts";
import { State } from "./states.ts";

/**
 * The kind of a value, for display: one scalar, JSON, rows with columns, an image, other bytes. A `secret` is never kept. An
 * `unserializable` value is not kept, so the task runs again.
 */
export const valueKinds = ["none", "scalar", "json", "table", "image", "bytes", "secret", "unserializable"] as const;
export const ValueKind = Enum(valueKinds);
export type ValueKind = Static<typeof ValueKind>;

/**
 * A bounded picture of a value, made in the process that has the value (at most about 16 KiB). scalar: the value; json: the value
 * with long parts cut; table: columns, first rows, number of rows, and types and address of one that is kept outside of the value; image: media type, and base64 if small; bytes: length and the
 * first bytes in hex; unserializable: the reason.
 */
export const ValuePreview = Open({
  kind: ValueKind,
  size_bytes: Nullable(Type.Integer()),
  truncated: Type.Boolean(),
  value: Type.Unknown(),
});
export type ValuePreview = Static<typeof ValuePreview>;

export interface TablePreview {
  readonly columns: readonly string[];
  /** The types of the columns, where the table says them. */
  readonly types?: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly row_count: number;
  /** Where the whole table is, if outside of the value. */
  readonly url?: string;
}

/** A result that a client hands in. `data` is a string in `format`, or null if `location` names the store that holds it. */
export const ResultCreate = Strict({
  format: Enum(["devalue", "none"] as const),
  data: Nullable(Type.String()),
  location: Maybe(Type.String()),
  preview: ValuePreview,
  /** Identifies the same call with the same arguments in another attempt of the same flow run. */
  identity: Maybe(Type.String()),
  cache_key: Maybe(Type.String({ maxLength: 2000 })),
  expires: Maybe(MomentInput),
});
export type ResultCreate = Static<typeof ResultCreate>;

/** A kept result with all that a client needs to use it again. */
export const StoredResult = Open({
  id: Uuid,
  created: Moment,
  task_run_id: Nullable(Uuid),
  flow_run_id: Nullable(Uuid),
  task_key: Nullable(Type.String()),
  format: Enum(["devalue", "none"] as const),
  data: Nullable(Type.String()),
  location: Nullable(Type.String()),
  identity: Nullable(Type.String()),
  cache_key: Nullable(Type.String()),
  expires: Nullable(Moment),
  /** The attempt of the flow run that made it. */
  flow_run_attempt: Type.Integer(),
});
export type StoredResult = Static<typeof StoredResult>;

/** The state's description of a result that a Prefect client keeps in its own storage. */
export const PersistedResult = Open({
  storage_key: Type.String(),
  /** `pickle`, `json`, `compressed/pickle`, or a name of the client's own. */
  serializer: Nullable(Type.String()),
  expiration: Nullable(Moment),
  storage_block_id: Nullable(Uuid),
});
export type PersistedResult = Static<typeof PersistedResult>;

/** A result for display. `reason` says why there is no value. */
export const ResultView = Open({
  preview: ValuePreview,
  location: Nullable(Type.String()),
  created: Nullable(Moment),
  expires: Nullable(Moment),
  cache_key: Nullable(Type.String()),
  reused_from: Nullable(Open({ task_run_id: Nullable(Uuid), flow_run_id: Nullable(Uuid) })),
  persisted: Nullable(PersistedResult),
  reason: Nullable(Type.String()),
});
export type ResultView = Static<typeof ResultView>;

/** The arguments of a call by parameter name, in order. */
export const InputsView = Open({ inputs: Type.Array(Open({ name: Type.String(), preview: ValuePreview })) });
export type InputsView = Static<typeof InputsView>;

/**
 * Our additions to an event of a task run, under `payload.ostinato`. The server keeps them in the transaction of the state and
 * removes them from the event.
 */
export const TaskRunValues = Open({
  inputs: Type.Optional(Type.Array(Open({ name: Type.String(), preview: ValuePreview }))),
  result: Type.Optional(ResultCreate),
  /** The kept result that a Cached state reuses. */
  reused_result_id: Type.Optional(Uuid),
});
export type TaskRunValues = Static<typeof TaskRunValues>;

const tag = "Results";

export const readTaskRunResult = route({
  method: "GET",
  path: "/task_runs/{id}/result",
  access: "read",
  summary: "The result of a task run, as a preview",
  tag,
  params: ById,
  replies: { 200: ResultView },
});

export const readTaskRunValue = route({
  method: "GET",
  path: "/task_runs/{id}/value",
  access: "read",
  summary: "The kept result of a task run, whole, or null where it has none",
  tag,
  params: ById,
  replies: { 200: Nullable(StoredResult) },
});

export const readTaskRunEnds = route({
  method: "POST",
  path: "/task_runs/ends",
  access: "read",
  summary: "The states that task runs are in, with their kept results, whole",
  tag,
  body: Open({ task_run_ids: Type.Array(Uuid, { minItems: 1, maxItems: maxTaskRunEnds }) }),
  replies: {
    200: Open({
      ends: Type.Array(Open({ id: Uuid, state: Nullable(State), result: Nullable(StoredResult) })),
      /** Those whose results did not fit in this answer: ask again. What is in neither list does not exist. */
      left: Type.Array(Uuid),
    }),
  },
});

export const readTaskRunInputs = route({
  method: "GET",
  path: "/task_runs/{id}/inputs",
  access: "read",
  summary: "The arguments of a task run, as previews",
  tag,
  params: ById,
  replies: { 200: InputsView },
});

export const readFlowRunResult = route({
  method: "GET",
  path: "/flow_runs/{id}/result",
  access: "read",
  summary: "The result of a flow run, as a preview",
  tag,
  params: ById,
  replies: { 200: ResultView },
});

export const keepFlowRunResult = route({
  method: "PUT",
  path: "/flow_runs/{id}/result",
  access: "run",
  summary: "Keep the result of a flow run",
  tag,
  params: ById,
  body: ResultCreate,
  bodyLimit: 64 * 1024 * 1024,
  replies: { 204: None },
});

export const readResult = route({
  method: "GET",
  path: "/results/{id}",
  access: "read",
  summary: "A kept result, whole",
  tag,
  params: ById,
  replies: { 200: StoredResult },
});

/** All kept results of the finished task runs and subflows of a flow run, oldest first. A resumed run starts from them. */
export const listFlowRunResults = route({
  method: "POST",
  path: "/flow_runs/{id}/results",
  access: "read",
  summary: "The kept results of a flow run's task runs and subflows, with their data",
  tag,
  params: ById,
  body: Open({ after: Maybe(Uuid), limit: Limit }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(StoredResult), next: Nullable(Uuid) }) },
});

export const findCachedResult = route({
  method: "POST",
  path: "/results/find",
  access: "read",
  summary: "The newest kept result under a cache key that has not expired, or null",
  tag,
  body: Open({ cache_key: Type.String({ maxLength: 2000 }) }),
  replies: { 200: Nullable(StoredResult) },
});
