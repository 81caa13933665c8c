import type { Static } from "typebox";
import { Artifact } from "../artifacts.ts";
import { route } from "../route.ts";
import { ById, Maybe, Moment, Nullable, Offset, Open, StateTypeName, Tagged, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/**
 * What an artifact shows, by its type and by the shape of its data. In lists it is the beginning of that: `is_whole` is false, and
 * `row_count` null where the rows are too many to be counted for a list. An image without an address is read by `readArtifactImage`.
 */
export const ArtifactContent = Tagged("kind", [
  Open({ kind: Type.Literal("markdown"), text: Type.String(), is_whole: Type.Boolean() }),
  Open({
    kind: Type.Literal("table"),
    columns: Type.Array(Type.String()),
    rows: Type.Array(Type.Array(Type.Unknown())),
    row_count: Nullable(Type.Integer()),
  }),
  Open({ kind: Type.Literal("image"), address: Nullable(Type.String()) }),
  Open({ kind: Type.Literal("progress"), share: Type.Number() }),
  /** The text of a JSON value. */
  Open({ kind: Type.Literal("json"), text: Type.String(), is_whole: Type.Boolean() }),
]);
export type ArtifactContent = Static<typeof ArtifactContent>;

/** The newest artifact under a key, or one without a key, as a row of a list; of a run, any of its artifacts. */
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
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
  /** Null where the artifact has no data. */
  preview: Nullable(ArtifactContent),
});
export type ArtifactRow = Static<typeof ArtifactRow>;

/** Newest first, without the kept results of states: the newest of each key, or all of a run. Those of a run have longer previews. */
export const listArtifacts = route({
  method: "POST",
  path: "/ui/artifacts/list",
  access: "read",
  summary: "The newest artifact of each key, with a preview",
  tag: pagesTag,
  body: Open({
    name: Maybe(Type.String({ maxLength: 200 })),
    types: Maybe(Type.Array(Type.String())),
    flow_run_id: Maybe(Uuid),
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

const { data: _data, ...artifactFacts } = Artifact.properties;

export const ArtifactPage = Open({
  artifact: Open(artifactFacts),
  /** The whole content, of a table its first rows; null where the artifact has no data. */
  content: Nullable(ArtifactContent),
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

/** The rows of a table that contain a text, in the order of a column: 100 of them unless `limit` says otherwise. */
export const listArtifactTableRows = route({
  method: "POST",
  path: "/ui/artifacts/{id}/rows",
  access: "read",
  summary: "Rows of a table artifact, filtered and sorted",
  tag: pagesTag,
  params: ById,
  body: Open({
    text: Maybe(Type.String({ maxLength: 200 })),
    /** The column by its position, from 0. */
    sort: Maybe(Open({ column: Type.Integer({ minimum: 0 }), descending: Type.Boolean() })),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      columns: Type.Array(Type.String()),
      rows: Type.Array(Type.Array(Type.Unknown())),
      /** The rows of the table, and those that contain the text. */
      row_count: Type.Integer(),
      match_count: Type.Integer(),
    }),
  },
});

/** The picture of an image artifact that is kept as a data URL, with its own media type. */
export const readArtifactImage = route({
  method: "GET",
  path: "/ui/artifacts/{id}/image",
  access: "read",
  summary: "The picture of an image artifact",
  tag: pagesTag,
  params: ById,
  produces: "image/*",
  replies: { 200: Type.Unsafe<Uint8Array>({ type: "string", format: "binary" }) },
});
