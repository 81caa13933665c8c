import type { Static } from "typebox";
import { AssetMaterialization } from "../assets.ts";
import { route } from "../route.ts";
import { ById, Moment, Open, Type } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** The assets of a run: of each list the latest, at most 50. */
export const RunAssets = Open({
  /** Those that it made or failed to make. */
  made: Type.Array(AssetMaterialization),
  made_count: Type.Integer(),
  /** Those that it read, each once. */
  read: Type.Array(Open({ key: Type.String(), occurred: Moment })),
});
export type RunAssets = Static<typeof RunAssets>;

export const readRunAssets = route({
  method: "GET",
  path: "/ui/flow_runs/{id}/assets",
  access: "read",
  summary: "The assets that a flow run made and read",
  tag: pagesTag,
  params: ById,
  replies: { 200: RunAssets },
});
