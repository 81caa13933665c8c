import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database, Writer } from "../db/dialect.ts";

const probeKey = "ostinato.probe";
/** Some pages, so that a full disk shows. */
const probe = JSON.stringify("x".repeat(16_384));

export async function insertProbe(
  tx: Writer,
  { id, now }: { readonly id: string; readonly now: Timestamp },
): Promise<void> {
  const row = { id, created: now, updated: now, key: probeKey, value: probe };
  const update = { value: probe, updated: now };
  await tx
    .insertInto("configuration")
    .values(row)
    .onConflict((conflict) => conflict.column("key").doUpdateSet(update))
    .execute();
}

export async function deleteProbe(tx: Writer): Promise<void> {
  await tx.deleteFrom("configuration").where("key", "=", probeKey).execute();
}

/** The size of the database on its disk, free space included. */
export async function databaseBytes(db: Database): Promise<number | null> {
  const [size, reader] =
    db.kind === "sqlite"
      ? [sql`(SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())`, db.read]
      : [sql`pg_database_size(current_database())`, db.slow];
  const { rows } = await sql<{ bytes: number | null }>`SELECT ${size} AS bytes`.execute(reader);
  const bytes = rows[0]?.bytes ?? null;
  return bytes === null ? null : Number(bytes);
}
