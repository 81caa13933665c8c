import { type SqlBool, sql } from "kysely";
import type { Writer } from "../db/dialect.ts";
import { idRows, portable } from "../db/portable.ts";

/** Servers of one database remove in turns, never at once: they would wait for each other's rows in different orders. */
const sweepLock = 727074618;

export async function lockSweeping(tx: Writer): Promise<boolean> {
  const { rows } = await sql<{ held: SqlBool }>`SELECT ${portable.tryLock(sweepLock)} AS held`.execute(tx);
  return Boolean(rows[0]?.held);
}

/** A position on a walk along an index: a time, then an id. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

export function later(moment: string, id: string, after: Place | undefined) {
  if (after === undefined) return sql<SqlBool>`1 = 1`;
  return sql<SqlBool>`(${sql.raw(moment)}, ${sql.raw(id)}) > (${after.at}, ${after.id})`;
}

/** Whether a column's id is one of these: one parameter and one prepared statement for any number. */
export function among(column: string, ids: readonly string[]) {
  const given = idRows(ids);
  return sql<SqlBool>`${sql.raw(column)} IN (SELECT given.id FROM ${given} AS given)`;
}

export async function deleteAmong(
  tx: Writer,
  {
    table,
    ids,
  }: {
    readonly table: "log" | "event" | "artifact" | "result" | "task_run" | "flow_run";
    readonly ids: readonly string[];
  },
): Promise<number> {
  if (ids.length === 0) return 0;
  const result = await tx.deleteFrom(table).where(among("id", ids)).executeTakeFirst();
  return Number(result.numDeletedRows);
}

export function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}
