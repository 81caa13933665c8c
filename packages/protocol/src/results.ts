import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, Enum, Limit, Maybe, Moment, MomentInput, None, Nullable, Open, Strict, Type, Uuid } from "./schema.ts";

/**
 * What a value is, for showing it: one scalar, JSON, rows with columns, an image, other bytes; `secret` is never kept;
 * `unserializable` could not be written down, so it is not kept and the task runs again.
 */
export const valueKinds = ["none", "scalar", "json", "table", "image", "bytes", "secret", "unserializable"] as const;
export const ValueKind = Enum(valueKinds);
export type ValueKind = Static<typeof ValueKind>;

/**
 * A bounded picture of a value, made where the value is (at most some 16 KiB).
 * scalar: the value; json: the value with long parts cut; table: columns, first rows, number of rows;
 * image: media type and base64 when small; bytes: length and the first bytes in hex; unserializable: the reason.
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
  readonly rows: readonly (readonly unknown[])[];
  readonly row_count: number;
}

/** A result as a client hands it in. `data` is text in `format`, or null where `location` says which store holds it. */
export const ResultCreate = Strict({
  format: Enum(["devalue", "none"] as const),
  data: Nullable(Type.String()),
  location: Maybe(Type.String()),
  preview: ValuePreview,
  /** Names the same call with the same arguments in another attempt of the same flow run. */
  identity: Maybe(Type.String()),
  cache_key: Maybe(Type.String({ maxLength: 2000 })),
  expires: Maybe(MomentInput),
});
export type ResultCreate = Static<typeof ResultCreate>;

/** A kept result with what is needed to use it again. */
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
  /** The attempt of the flow run in which it was made. */
  flow_run_attempt: Type.Integer(),
});
export type StoredResult = Static<typeof StoredResult>;

/** A result that a Prefect client keeps in a storage of its own, as the state tells it. */
export const PersistedResult = Open({
  storage_key: Type.String(),
  /** `pickle`, `json`, `compressed/pickle`, or a name of the client's own. */
  serializer: Nullable(Type.String()),
  expiration: Nullable(Moment),
  storage_block_id: Nullable(Uuid),
});
export type PersistedResult = Static<typeof PersistedResult>;

/** A result as a page shows it. `reason` says why there is no value to show. */
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

/** The arguments of a call, by the names of the parameters, in their order. */
export const InputsView = Open({ inputs: Type.Array(Open({ name: Type.String(), preview: ValuePreview })) });
export type InputsView = Static<typeof InputsView>;

/**
 * What an event of a task run may carry besides Prefect's payload, under `payload.ostinato`. The server keeps it in the
 * transaction of the state and takes it out of the event.
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

/** All kept results of the finished task runs and subflows of a flow run, oldest first: what a resumed run starts from. */
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
