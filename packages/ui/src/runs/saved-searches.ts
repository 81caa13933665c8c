import type { deleteSavedSearch, filterSavedSearches, saveSearch } from "@ostinato/protocol";
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { SavedSearch } from "../api/types.ts";
import { type RunsSearch, readRunsSearch } from "./runs-search.ts";

/** Named filters, shared by all users of the server. */
export const savedSearchesQuery = queryOptions({
  queryKey: ["saved-searches"],
  queryFn: ({ signal }) => call<typeof filterSavedSearches>("POST /saved_searches/filter", { body: {}, signal }),
});

export function readSavedAnew(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: savedSearchesQuery.queryKey });
}

/** Replaces a search with this name. */
export function keepSearch(name: string, filters: SavedSearch["filters"]): Promise<SavedSearch> {
  return call<typeof saveSearch>("PUT /saved_searches/", { body: { name, filters: [...filters] } });
}

export function removeSearch(id: string): Promise<unknown> {
  return call<typeof deleteSavedSearch>("DELETE /saved_searches/{id}", { params: { id } });
}

/** The filter in the API's stored form: one entry per filtered property. */
export function filtersOf(search: RunsSearch): SavedSearch["filters"] {
  const { chart: _chart, ...filter } = search;
  return Object.entries(filter).map(([property, value]) => ({
    object: "flow_run",
    property,
    type: Array.isArray(value) ? "list" : "text",
    operation: "equals",
    value,
  }));
}

export function searchOf(saved: SavedSearch): RunsSearch {
  return readRunsSearch(Object.fromEntries(saved.filters.map((filter) => [filter.property, filter.value])));
}
