import { type SqlBool, sql } from "kysely";
import type { Sql } from "../db/dialect.ts";
import { parseTextQuery } from "../kernel/text-query.ts";
import { type Condition, join } from "./conditions.queries.ts";

/** Rows that match the search in one of the columns. */
export function containsText(
  dialect: Sql,
  columns: readonly string[],
  query: string | null | undefined,
): Condition | undefined {
  if (query === null || query === undefined) return undefined;
  const { some, all, none } = parseTextQuery(query);
  const found = (wanted: string) =>
    join(
      columns.map((column) => dialect.contains(column, wanted)),
      "or_",
    ) ?? sql<SqlBool>`1 = 0`;
  return join(
    [join(some.map(found), "or_"), ...all.map(found), ...none.map((wanted) => sql<SqlBool>`NOT ${found(wanted)}`)],
    "and_",
  );
}
