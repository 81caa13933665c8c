import { deleteSavedSearch, filterSavedSearches, readSavedSearch, saveSearch } from "@ostinato/protocol";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import * as searches from "./saved-searches.service.ts";

export function savedSearchRoutes(serve: Serve): void {
  serve(saveSearch, async ({ body, context }) => {
    const { search, made } = await searches.save(context, body);
    return createdOr200(made, search);
  });
  serve(readSavedSearch, ({ params, context }) => searches.read(context, params.id));
  serve(deleteSavedSearch, async ({ params, context }) => {
    await searches.remove(context, params.id);
    return null;
  });
  serve(filterSavedSearches, ({ body, context }) => searches.filter(context, body));
}
