import type { Static } from "typebox";
import { route } from "./route.ts";
import { Enum, JsonObject, Maybe, Moment, None, Nullable, Offset, Open, Type, Uuid } from "./schema.ts";

/** A run of a program, as the event of an asset named it. */
const NamedRun = Nullable(Open({ id: Uuid, name: Type.String() }));

/** One time that a task made an asset, or failed to. */
export const AssetMaterialization = Open({
  /** The id of the event that told of it. */
  id: Uuid,
  asset_key: Type.String(),
  occurred: Moment,
  succeeded: Type.Boolean(),
  flow_run: NamedRun,
  task_run: NamedRun,
  flow: NamedRun,
  /** The tool that made it, such as "dbt". */
  made_by: Nullable(Type.String()),
  metadata: JsonObject,
});
export type AssetMaterialization = Static<typeof AssetMaterialization>;

/** Data that tasks make and read: a file, a table, a model, named by a URI. */
export const Asset = Open({
  id: Uuid,
  key: Type.String(),
  name: Nullable(Type.String()),
  description: Nullable(Type.String()),
  url: Nullable(Type.String()),
  owners: Type.Array(Type.String()),
  first_seen: Moment,
  /** When a task last made or read it. */
  last_seen: Moment,
  /** Null where it was only read, or where its history is no longer kept. */
  last_materialization: Nullable(AssetMaterialization),
});
export type Asset = Static<typeof Asset>;

export const AssetLineage = Open({
  /** The asset itself, those it is made of at any depth, and those that are made of it. */
  assets: Type.Array(Asset),
  /** By keys: `downstream` is made of `upstream`. */
  dependencies: Type.Array(Open({ upstream: Type.String(), downstream: Type.String(), last_seen: Moment })),
  /** Whether there are more assets than an answer holds. */
  is_cut: Type.Boolean(),
});
export type AssetLineage = Static<typeof AssetLineage>;

export const assetSorts = ["KEY_ASC", "LAST_SEEN_DESC", "MADE_DESC"] as const;
export type AssetSort = (typeof assetSorts)[number];

export const assetStates = ["succeeded", "failed", "never"] as const;
export type AssetState = (typeof assetStates)[number];

const tag = "Assets";
const page = { limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })), offset: Offset };
const ByKey = Open({ key: Type.String({ minLength: 1, maxLength: 1024 }) });

export const filterAssets = route({
  method: "POST",
  path: "/assets/filter",
  access: "read",
  summary: "Find assets",
  tag,
  body: Open({
    /** A part of the key or of the name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    /** How the last attempt to make it ended; never for those that were only read. */
    states: Maybe(Type.Array(Enum(assetStates))),
    sort: Maybe(Enum(assetSorts)),
    ...page,
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(Asset), count: Type.Integer() }) },
});

export const readAsset = route({
  method: "GET",
  path: "/assets/asset",
  access: "read",
  summary: "Read an asset by its key",
  tag,
  query: ByKey,
  replies: { 200: Asset },
});

export const deleteAsset = route({
  method: "DELETE",
  path: "/assets/asset",
  access: "run",
  summary: "Forget an asset, its history and its dependencies, and leave its data alone",
  tag,
  query: ByKey,
  replies: { 204: None },
});

export const readAssetLineage = route({
  method: "GET",
  path: "/assets/lineage",
  access: "read",
  summary: "What an asset is made of, and what is made of it",
  tag,
  query: ByKey,
  replies: { 200: AssetLineage },
});

export const filterMaterializations = route({
  method: "POST",
  path: "/assets/materializations/filter",
  access: "read",
  summary: "Find materializations of an asset, or of a run, the newest first",
  tag,
  body: Open({
    asset_key: Maybe(Type.String({ maxLength: 1024 })),
    flow_run_id: Maybe(Uuid),
    task_run_id: Maybe(Uuid),
    ...page,
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(AssetMaterialization), count: Type.Integer() }) },
});
