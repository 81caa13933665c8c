import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import type { Position } from "./keyset.ts";

/** The sort key of a list, before the id. */
export interface Order {
  readonly by: RawBuilder<string | number | null>;
  readonly direction: "ASC" | "DESC";
  /** Every row has a value, so that none need be looked for without. */
  readonly always?: boolean;
}

export interface PositionsQuery {
  readonly table: "flow_run" | "task_run";
  readonly order: Order;
  readonly limit: number;
  readonly matching: RawBuilder<SqlBool>;
  /** Where to look for rows of the table, if not in all of it. */
  readonly from?: RawBuilder<unknown>;
  readonly after: Position | undefined;
}

/**
 * The rows after a position, without walking over those before it. Rows that have no value to sort by come last, in both
 * directions and on both databases, by a second query when the first did not fill the page.
 */
export async function positionsAfter(reader: Reader, query: PositionsQuery): Promise<Position[]> {
  const { order, limit, after } = query;
  const valued = after?.value === null ? [] : await positions(reader, { ...query, unvalued: false });
  if (valued.length === limit || order.always === true) return valued;
  const rest = { ...query, limit: limit - valued.length, after: after?.value === null ? after : undefined };
  return [...valued, ...(await positions(reader, { ...rest, unvalued: true }))];
}

async function positions(reader: Reader, query: PositionsQuery & { readonly unvalued: boolean }): Promise<Position[]> {
  const { table, order, limit, matching, after, unvalued } = query;
  const id = sql.ref<string>(`${table}.id`);
  const direction = sql.raw(order.direction);
  const further = sql.raw(order.direction === "ASC" ? ">" : "<");
  const start =
    after === undefined
      ? sql`1 = 1`
      : unvalued
        ? sql`${id} ${further} ${after.id}`
        : sql`(${order.by}, ${id}) ${further} (${after.value}, ${after.id})`;
  const { rows } = await sql<Position>`
    SELECT ${order.by} AS value, ${id} AS id FROM ${query.from ?? sql.table(table)}
    WHERE ${order.by} IS ${sql.raw(unvalued ? "" : "NOT")} NULL AND ${start} AND ${matching}
    ORDER BY ${unvalued ? sql`` : sql`${order.by} ${direction},`} ${id} ${direction}
    LIMIT ${limit}`.execute(reader);
  return rows;
}
