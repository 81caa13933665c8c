import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";

export interface Polled {
  readonly ids: readonly string[];
  readonly since: Timestamp;
  readonly now: Timestamp;
}

/** Notes that somebody polls these queues, and gives those that were not ready before. Those that others change are left out. */
export async function notePolled(tx: Writer, { ids, since, now }: Polled): Promise<readonly string[]> {
  const found = await tx
    .selectFrom("work_queue")
    .select(["id", "status"])
    .where("id", "in", ids)
    .where(
      sql<boolean>`(status = 'NOT_READY' OR last_polled IS NULL OR last_polled < ${since} OR last_polled > ${now})`,
    )
    .orderBy("id")
    .modifyEnd(portable.freeRowLock("work_queue"))
    .execute();
  const noted = found.map(({ id }) => id);
  const begun = found.filter(({ status }) => status === "NOT_READY").map(({ id }) => id);
  if (noted.length > 0) await tx.updateTable("work_queue").set({ last_polled: now }).where("id", "in", noted).execute();
  if (begun.length > 0) await tx.updateTable("work_queue").set({ status: "READY" }).where("id", "in", begun).execute();
  return begun;
}

/** Queues that are ready and were not polled since, the longest first; notes that they are not ready any more. */
export async function retireUnpolled(tx: Writer, since: Timestamp, limit: number): Promise<readonly string[]> {
  const found = await tx
    .selectFrom("work_queue")
    .select("id")
    .where("status", "=", sql.lit("READY"))
    .where("last_polled", "<", since)
    .orderBy("last_polled")
    .limit(limit)
    .modifyEnd(portable.freeRowLock("work_queue"))
    .execute();
  const ids = found.map(({ id }) => id);
  if (ids.length > 0) await tx.updateTable("work_queue").set({ status: "NOT_READY" }).where("id", "in", ids).execute();
  return ids;
}
