import type { deleteSavedSearch, filterSavedSearches, saveSearch } from "@ostinato/protocol";
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { SavedSearch } from "../api/types.ts";
import { type RunsSearch, readRunsSearch } from "./runs-search.ts";

/** What a search is of, as the API stores it. */
export type SearchedNoun = "flow_run" | "task_run";

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
export function filtersOf(noun: SearchedNoun, filter: object): SavedSearch["filters"] {
  return Object.entries(filter).map(([property, value]) => ({
    object: noun,
    property,
    type: Array.isArray(value) ? "list" : "text",
    operation: "equals",
    value,
  }));
}

export function isOf(noun: SearchedNoun, { filters }: SavedSearch): boolean {
  return (filters[0]?.object === "task_run") === (noun === "task_run");
}

/** What is filtered by property, to be read by the list that it is of. */
export function rawSearchOf({ filters }: SavedSearch): Readonly<Record<string, unknown>> {
  return Object.fromEntries(filters.map((filter) => [filter.property, filter.value]));
}

export function searchOf(saved: SavedSearch): RunsSearch {
  return readRunsSearch(rawSearchOf(saved));
}
