import { route } from "./route.ts";
import { JsonObject, Open, Type } from "./schema.ts";

/**
 * What Prefect's clients look up of packages. `aggregate-worker-metadata` has the types of work pools by package and type,
 * `aggregate-block-metadata` the block types by package and slug.
 */
export const readCollectionView = route({
  method: "GET",
  path: "/collections/views/{view}",
  access: "read",
  summary: "The types of work pools (the view aggregate-worker-metadata) and of blocks (aggregate-block-metadata)",
  tag: "Work pools",
  params: Open({ view: Type.String() }),
  replies: { 200: JsonObject },
});
