import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { BodyOf, filterSavedSearches, SavedSearch, SavedSearchCreate } from "@ostinato/protocol";
import { readJson, storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./saved-searches.queries.ts";

export async function save(
  context: Context,
  given: SavedSearchCreate,
): Promise<{ search: SavedSearch; made: boolean }> {
  const now = context.clock.now();
  const id = timeOrderedId(now);
  const filters = writeJson(given.filters ?? []);
  const row = { id, created: now, updated: now, name: storable(given.name), filters };
  const kept = await unit(context, ({ tx }) => queries.saveSearch(tx, row));
  return { search: present(kept), made: kept.id === id };
}

export async function read({ db }: Context, id: string): Promise<SavedSearch> {
  const row = await queries.savedSearchById(db.read, id);
  if (row === undefined) throw absent("Saved search");
  return present(row);
}

export async function remove(context: Context, id: string): Promise<void> {
  if (!(await unit(context, ({ tx }) => queries.deleteSavedSearch(tx, id)))) throw absent("Saved search");
}

export async function filter({ db }: Context, body: BodyOf<typeof filterSavedSearches>): Promise<SavedSearch[]> {
  const page = { limit: readLimit(body.limit), offset: body.offset ?? 0 };
  return (await queries.savedSearches(db.read, page)).map(present);
}

function present(row: queries.SavedSearchRow): SavedSearch {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    filters: readJson(row.filters),
  };
}
