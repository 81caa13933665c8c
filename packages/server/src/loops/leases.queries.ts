import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type LeaseRow = Tables["loop_lease"];

/** Shows that the holder lives, and returns the names of its leases. */
export async function renewLeases(tx: Writer, holder: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`UPDATE loop_lease SET beat = beat + 1
    WHERE holder = ${holder} RETURNING name`.execute(tx);
  return rows.map(({ name }) => name);
}

export function leasesNamed(reader: Reader, names: readonly string[]): Promise<readonly LeaseRow[]> {
  return reader.selectFrom("loop_lease").selectAll().where("name", "in", names).execute();
}

/** Takes a lease that nobody has. */
export async function takeFree(tx: Writer, name: string, holder: string): Promise<boolean> {
  const result = await tx
    .insertInto("loop_lease")
    .values({ name, holder, beat: 0 })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Takes a lease from a holder that has been silent since it was seen so, unless another server was quicker. */
export async function takeOver(tx: Writer, seen: LeaseRow, holder: string): Promise<boolean> {
  const result = await tx
    .updateTable("loop_lease")
    .set({ holder, beat: seen.beat + 1 })
    .where("name", "=", seen.name)
    .where("holder", "=", seen.holder)
    .where("beat", "=", seen.beat)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function giveBack(tx: Writer, holder: string): Promise<void> {
  await tx.deleteFrom("loop_lease").where("holder", "=", holder).execute();
}
