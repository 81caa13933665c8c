import { type SqlBool, sql } from "kysely";
import { portable } from "../db/portable.ts";
import { parseTextQuery } from "../kernel/text-query.ts";
import { type Condition, join } from "./conditions.queries.ts";

/** Rows that match the search in one of the columns. */
export function containsText(columns: readonly string[], query: string | null | undefined): Condition | undefined {
  if (query === null || query === undefined) return undefined;
  const { some, all, none } = parseTextQuery(query);
  const found = (wanted: string) =>
    join(
      columns.map((column) => portable.contains(column, wanted)),
      "or_",
    ) ?? sql<SqlBool>`1 = 0`;
  return join(
    [join(some.map(found), "or_"), ...all.map(found), ...none.map((wanted) => sql<SqlBool>`NOT ${found(wanted)}`)],
    "and_",
  );
}
