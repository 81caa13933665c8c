import { route } from "./route.ts";
import { JsonObject, Open, Type } from "./schema.ts";

/** What Prefect's clients look up of packages. `aggregate-worker-metadata` has the types of work pools by package and type. */
export const readCollectionView = route({
  method: "GET",
  path: "/collections/views/{view}",
  access: "read",
  summary: "The types of work pools with their job templates: the view aggregate-worker-metadata",
  tag: "Work pools",
  params: Open({ view: Type.String() }),
  replies: { 200: JsonObject },
});
