import { sql } from "kysely";
import type { Database } from "../db/dialects/dialect.ts";

/** Rejects when the database does not answer. */
export async function answers(db: Database): Promise<void> {
  await sql`SELECT 1`.execute(db.read);
}
