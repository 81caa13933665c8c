import { sql } from "kysely";
import type { Database } from "../db/dialects/dialect.ts";

/** Rejects when the database does not answer. */
export async function answers(db: Database): Promise<void> {
  await sql`SELECT 1`.execute(db.read);
}

/** What the database takes on its disk, with the room in it that is free. */
export async function databaseBytes(db: Database): Promise<number | null> {
  const [size, reader] =
    db.kind === "sqlite"
      ? [sql`(SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())`, db.read]
      : [sql`pg_database_size(current_database())`, db.slow];
  const { rows } = await sql<{ bytes: number | null }>`SELECT ${size} AS bytes`.execute(reader);
  const bytes = rows[0]?.bytes ?? null;
  return bytes === null ? null : Number(bytes);
}
