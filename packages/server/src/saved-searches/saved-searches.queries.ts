import { type Insertable, type Selectable, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type SavedSearchRow = Selectable<Tables["saved_search"]>;

/** Adds the search, or puts its filters in the place of those that had the name. */
export function saveSearch(writer: Reader, row: Insertable<Tables["saved_search"]>): Promise<SavedSearchRow> {
  return writer
    .insertInto("saved_search")
    .values(row)
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet({ filters: sql`excluded.filters`, updated: sql`excluded.updated` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function savedSearchById(reader: Reader, id: string): Promise<SavedSearchRow | undefined> {
  return reader.selectFrom("saved_search").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function deleteSavedSearch(writer: Reader, id: string): Promise<boolean> {
  const { numDeletedRows } = await writer.deleteFrom("saved_search").where("id", "=", id).executeTakeFirst();
  return numDeletedRows > 0n;
}

export function savedSearches(
  reader: Reader,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<SavedSearchRow[]> {
  return reader.selectFrom("saved_search").selectAll().orderBy("name").limit(limit).offset(offset).execute();
}
