import type { Static } from "typebox";
import { Artifact } from "../artifacts.ts";
import { route } from "../route.ts";
import { ById, Maybe, Moment, Nullable, Offset, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** The newest artifact under a key, or one without a key, as a row of a list. */
export const ArtifactRow = Open({
  key: Nullable(Type.String()),
  latest_id: Uuid,
  type: Nullable(Type.String()),
  description: Nullable(Type.String()),
  created: Moment,
  updated: Moment,
  version_count: Type.Integer(),
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
  flow_id: Nullable(Uuid),
  flow_name: Nullable(Type.String()),
  /** The first 300 characters of text, `12 rows × 3 columns`, or `62 %`; null where nothing fits in a line. */
  preview: Nullable(Type.String()),
});
export type ArtifactRow = Static<typeof ArtifactRow>;

/** Newest first: by key, without the kept results of states. */
export const listArtifacts = route({
  method: "POST",
  path: "/ui/artifacts/list",
  access: "read",
  summary: "The newest artifact of each key, with a preview",
  tag: pagesTag,
  body: Open({
    name: Maybe(Type.String({ maxLength: 200 })),
    types: Maybe(Type.Array(Type.String())),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(ArtifactRow), count: Type.Integer() }) },
});

export const ArtifactVersion = Open({
  id: Uuid,
  created: Moment,
  type: Nullable(Type.String()),
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
});
export type ArtifactVersion = Static<typeof ArtifactVersion>;

export const ArtifactPage = Open({
  artifact: Artifact,
  flow_run: Nullable(
    Open({
      id: Uuid,
      name: Type.String(),
      flow_id: Uuid,
      flow_name: Type.String(),
      state_type: Nullable(StateTypeName),
      state_name: Nullable(Type.String()),
    }),
  ),
  task_run: Nullable(Open({ id: Uuid, name: Type.String() })),
  /** All versions under the same key, newest first, at most 200. */
  versions: Type.Array(ArtifactVersion),
});
export type ArtifactPage = Static<typeof ArtifactPage>;

export const readArtifactPage = route({
  method: "GET",
  path: "/ui/artifacts/{id}",
  access: "read",
  summary: "What the page of an artifact shows first, in one answer",
  tag: pagesTag,
  params: ById,
  replies: { 200: ArtifactPage },
});

export const readArtifactKeyPage = route({
  method: "GET",
  path: "/ui/artifacts/key/{key}",
  access: "read",
  summary: "What the page of the newest artifact under a key shows first, in one answer",
  tag: pagesTag,
  params: Open({ key: Type.String() }),
  replies: { 200: ArtifactPage },
});
