import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, IndexedText, Limit, Moment, None, Offset, Open, Strict, Type, Uuid } from "./schema.ts";

export const SavedSearchFilter = Open({
  object: Type.String(),
  property: Type.String(),
  type: Type.String(),
  operation: Type.String(),
  value: Type.Unknown(),
});

export const SavedSearchCreate = Strict({
  name: IndexedText,
  filters: Type.Optional(Type.Array(SavedSearchFilter)),
});
export type SavedSearchCreate = Static<typeof SavedSearchCreate>;

export const SavedSearch = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  filters: Type.Array(SavedSearchFilter),
});
export type SavedSearch = Static<typeof SavedSearch>;

const tag = "Saved searches";

export const saveSearch = route({
  method: "PUT",
  path: "/saved_searches/",
  access: "edit",
  summary: "Save a search under its name, replacing what was there",
  tag,
  body: SavedSearchCreate,
  replies: { 200: SavedSearch, 201: SavedSearch },
});

export const readSavedSearch = route({
  method: "GET",
  path: "/saved_searches/{id}",
  access: "read",
  summary: "Read a saved search",
  tag,
  params: ById,
  replies: { 200: SavedSearch },
});

export const deleteSavedSearch = route({
  method: "DELETE",
  path: "/saved_searches/{id}",
  access: "edit",
  summary: "Delete a saved search",
  tag,
  params: ById,
  replies: { 204: None },
});

export const filterSavedSearches = route({
  method: "POST",
  path: "/saved_searches/filter",
  access: "read",
  summary: "Read saved searches",
  tag,
  body: Open({ limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(SavedSearch) },
});
