import { type Timestamp, timeOrderedId } from "@ostinato/core";
import { sql } from "kysely";
import type { Database, Writer } from "../db/dialect.ts";
import { among, later, type Place } from "./sweep.queries.ts";

interface Search<After> {
  readonly before: Timestamp;
  readonly after: After | undefined;
  readonly limit: number;
}

/**
 * Lines that arrived before a time. Their ids are made on arrival and sort by time, so the primary key finds the old ones, and
 * keeping lines needs no further index.
 */
export async function oldLogs(
  db: Database,
  { before, after, limit }: Search<{ readonly id: string }>,
): Promise<readonly { readonly id: string }[]> {
  let query = db.slow
    .selectFrom("log")
    .select("id")
    .where("id", "<", timeOrderedId(before))
    .where("created", "<", before)
    .orderBy("id")
    .limit(limit);
  if (after !== undefined) query = query.where("id", ">", after.id);
  return query.execute();
}

export interface OldEvent extends Place {
  readonly resource: string;
  readonly related: string;
}

export async function oldEvents(db: Database, { before, after, limit }: Search<Place>): Promise<readonly OldEvent[]> {
  return db.slow
    .selectFrom("event")
    .select(["id", "occurred as at", "resource", "related"])
    .where("occurred", "<", before)
    .where(later("occurred", "id", after))
    .orderBy("occurred")
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** Cache keys that Prefect's clients stored, without a result that can still be used. */
export async function oldCacheEntries(
  db: Database,
  { before, after, limit }: Search<Place>,
): Promise<readonly Place[]> {
  const { rows } = await sql<Place>`SELECT id, cache_expiration AS at FROM task_run_state_cache
    WHERE cache_expiration IS NOT NULL AND cache_expiration <= ${before} AND ${later("cache_expiration", "id", after)}
    ORDER BY cache_expiration, id LIMIT ${limit}`.execute(db.slow);
  return rows;
}

/** Deletes entries, and returns their number. */
export async function deleteCacheEntries(tx: Writer, ids: readonly string[]): Promise<number> {
  const result = await tx.deleteFrom("task_run_state_cache").where(among("id", ids)).executeTakeFirst();
  return Number(result.numDeletedRows);
}
