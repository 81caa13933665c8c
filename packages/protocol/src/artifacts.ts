import type { Static } from "typebox";
import { ArtifactCollectionFilter, ArtifactFilter, runCriteria } from "./filters.ts";
import { artifactLimitBytes } from "./limits.ts";
import { route } from "./route.ts";
import { ById, Count, Enum, Limit, Maybe, Moment, None, Nullable, Offset, Open, Strict, Type, Uuid } from "./schema.ts";

const Metadata = Type.Record(Type.String(), Type.String());

/** `type` is `markdown`, `table`, `progress`, `image`, `result` or the maker's own; `data` is JSON in that type's shape. */
export const ArtifactCreate = Strict({
  /** One of the client's own, so that an artifact that is sent again is kept once. */
  id: Maybe(Uuid),
  key: Maybe(Type.String()),
  type: Maybe(Type.String()),
  description: Maybe(Type.String()),
  data: Type.Optional(Type.Unknown()),
  metadata_: Maybe(Metadata),
  flow_run_id: Maybe(Uuid),
  task_run_id: Maybe(Uuid),
});
export type ArtifactCreate = Static<typeof ArtifactCreate>;

export const ArtifactUpdate = Strict({
  data: Type.Optional(Type.Unknown()),
  description: Maybe(Type.String()),
  metadata_: Maybe(Metadata),
});
export type ArtifactUpdate = Static<typeof ArtifactUpdate>;

const common = {
  id: Uuid,
  created: Moment,
  updated: Moment,
  type: Nullable(Type.String()),
  description: Nullable(Type.String()),
  data: Type.Unknown(),
  metadata_: Nullable(Metadata),
  flow_run_id: Nullable(Uuid),
  task_run_id: Nullable(Uuid),
};

export const Artifact = Open({ ...common, key: Nullable(Type.String()) });
export type Artifact = Static<typeof Artifact>;

/** The newest version under a key. */
export const ArtifactCollection = Open({ ...common, key: Type.String(), latest_id: Uuid });
export type ArtifactCollection = Static<typeof ArtifactCollection>;

export const artifactSorts = ["CREATED_DESC", "UPDATED_DESC", "ID_DESC", "KEY_DESC", "KEY_ASC"] as const;
const { work_pools: _pools, work_pool_queues: _queues, ...runs } = runCriteria;
const versions = { artifacts: Maybe(ArtifactFilter), ...runs };
const collections = { artifacts: Maybe(ArtifactCollectionFilter), ...runs };
const page = { sort: Maybe(Enum(artifactSorts)), limit: Limit, offset: Offset };
const tag = "Artifacts";

export const createArtifact = route({
  method: "POST",
  path: "/artifacts/",
  access: "run",
  summary: "Create an artifact: a new version where the key exists",
  tag,
  body: ArtifactCreate,
  bodyLimit: artifactLimitBytes,
  replies: { 200: Artifact, 201: Artifact },
});

export const readArtifact = route({
  method: "GET",
  path: "/artifacts/{id}",
  access: "read",
  summary: "Read an artifact",
  tag,
  params: ById,
  replies: { 200: Artifact },
});

export const readLatestArtifact = route({
  method: "GET",
  path: "/artifacts/{key}/latest",
  access: "read",
  summary: "Read the newest artifact under a key",
  tag,
  params: Open({ key: Type.String() }),
  replies: { 200: Artifact },
});

export const updateArtifact = route({
  method: "PATCH",
  path: "/artifacts/{id}",
  access: "run",
  summary: "Change an artifact",
  tag,
  params: ById,
  body: ArtifactUpdate,
  bodyLimit: artifactLimitBytes,
  replies: { 204: None },
});

export const deleteArtifact = route({
  method: "DELETE",
  path: "/artifacts/{id}",
  access: "edit",
  summary: "Delete an artifact",
  tag,
  params: ById,
  replies: { 204: None },
});

export const filterArtifacts = route({
  method: "POST",
  path: "/artifacts/filter",
  access: "read",
  summary: "Find artifacts",
  tag,
  body: Open({ ...versions, ...page }),
  bodyOptional: true,
  replies: { 200: Type.Array(Artifact) },
});

export const filterLatestArtifacts = route({
  method: "POST",
  path: "/artifacts/latest/filter",
  access: "read",
  summary: "Find the newest artifact of each key",
  tag,
  body: Open({ ...collections, ...page }),
  bodyOptional: true,
  replies: { 200: Type.Array(ArtifactCollection) },
});

export const countArtifacts = route({
  method: "POST",
  path: "/artifacts/count",
  access: "read",
  summary: "Count artifacts",
  tag,
  body: Open(versions),
  bodyOptional: true,
  replies: { 200: Count },
});

export const countLatestArtifacts = route({
  method: "POST",
  path: "/artifacts/latest/count",
  access: "read",
  summary: "Count the keys of artifacts",
  tag,
  body: Open(collections),
  bodyOptional: true,
  replies: { 200: Count },
});
