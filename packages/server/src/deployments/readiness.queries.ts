import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { idRows, portable } from "../db/portable.ts";

/** When a note of who serves a deployment is fresh enough: after `since`, and not in the future of a clock that was set back. */
export interface Freshness {
  readonly since: Timestamp;
  readonly now: Timestamp;
}

function unnoted(reader: Reader, ids: readonly string[], { since, now }: Freshness) {
  const wanted = idRows(ids);
  return reader
    .selectFrom("deployment")
    .select(["id", "status"])
    .where(sql<boolean>`deployment.id IN (SELECT id FROM ${wanted} AS wanted)`)
    .where(sql<boolean>`(status <> 'READY' OR last_polled IS NULL OR last_polled < ${since} OR last_polled > ${now})`);
}

/** Whether one of these deployments is served and not noted as such. */
export async function isNoteDue(reader: Reader, ids: readonly string[], fresh: Freshness): Promise<boolean> {
  return (await unnoted(reader, ids, fresh).limit(1).execute()).length > 0;
}

/** Notes that these deployments are served, and gives those that were not before. Those that others change are left out. */
export async function noteServed(tx: Writer, ids: readonly string[], fresh: Freshness): Promise<readonly string[]> {
  const found = await unnoted(tx, ids, fresh).orderBy("id").modifyEnd(portable.freeRowLock("deployment")).execute();
  if (found.length === 0) return [];
  const noted = idRows(found.map(({ id }) => id));
  await tx
    .updateTable("deployment")
    .set({ status: "READY", last_polled: fresh.now })
    .where(sql<boolean>`deployment.id IN (SELECT id FROM ${noted} AS noted)`)
    .execute();
  return found.filter(({ status }) => status === "NOT_READY").map(({ id }) => id);
}

/** Deployments that are ready and were not polled since, the longest first; notes that they are not ready any more. */
export async function retireUnpolled(tx: Writer, since: Timestamp, limit: number): Promise<readonly string[]> {
  const unpolled = await tx
    .selectFrom("deployment")
    .select("id")
    .where("status", "=", "READY")
    .where("last_polled", "<", since)
    .orderBy("last_polled")
    .limit(limit)
    .modifyEnd(portable.freeRowLock("deployment"))
    .execute();
  const ids = unpolled.map(({ id }) => id);
  if (ids.length > 0) await tx.updateTable("deployment").set({ status: "NOT_READY" }).where("id", "in", ids).execute();
  return ids;
}
