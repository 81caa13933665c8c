import type { Timestamp } from "@ostinato/core";
import { type RawBuilder, sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { idRows, portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";

/** When a note of who serves a deployment is fresh enough: after `since`, and not in the future of a clock that was set back. */
export interface Freshness {
  readonly since: Timestamp;
  readonly now: Timestamp;
}

function unnoted(reader: Reader, wanted: RawBuilder<unknown>, { since, now }: Freshness) {
  return reader
    .selectFrom(sql<{ id: string }>`${wanted}`.as<"wanted">(sql`wanted`))
    .crossJoin("deployment")
    .select(["deployment.id", "deployment.status"])
    .whereRef("deployment.id", "=", "wanted.id")
    .where(sql<boolean>`(status <> 'READY' OR last_polled IS NULL OR last_polled < ${since} OR last_polled > ${now})`);
}

const firstUnnoted = prepared<{ ids: string } & Freshness, { id: string }>((reader, slot) => {
  const wanted = portable.rowsOf(slot("ids"), { id: "uuid" });
  return unnoted(reader, wanted, { since: slot("since"), now: slot("now") }).limit(1);
});

/** Whether one of these deployments is served and not noted as such. */
export async function isNoteDue(reader: Reader, ids: readonly string[], fresh: Freshness): Promise<boolean> {
  const wanted = JSON.stringify(ids.map((id) => ({ id })));
  return (await firstUnnoted(reader, { ids: wanted, ...fresh })).rows.length > 0;
}

/** Notes that these deployments are served, and gives those that were not before. Those that others change are left out. */
export async function noteServed(tx: Writer, ids: readonly string[], fresh: Freshness): Promise<readonly string[]> {
  const found = await unnoted(tx, idRows(ids), fresh)
    .orderBy("deployment.id")
    .modifyEnd(portable.freeRowLock("deployment"))
    .execute();
  if (found.length === 0) return [];
  const noted = idRows(found.map(({ id }) => id));
  await tx
    .updateTable("deployment")
    .set({ status: "READY", last_polled: fresh.now })
    .where(sql<boolean>`deployment.id IN (SELECT id FROM ${noted} AS noted)`)
    .execute();
  return found.filter(({ status }) => status === "NOT_READY").map(({ id }) => id);
}

/** Notes that the deployments of these work queues are served, and gives those that were not before. */
export async function noteServedThrough(
  tx: Writer,
  queueIds: readonly string[],
  now: Timestamp,
): Promise<readonly string[]> {
  const found = await tx
    .selectFrom("deployment")
    .select("id")
    .where("work_queue_id", "in", queueIds)
    .where("status", "=", "NOT_READY")
    .orderBy("id")
    .modifyEnd(portable.freeRowLock("deployment"))
    .execute();
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return ids;
  await tx.updateTable("deployment").set({ status: "READY", last_polled: now }).where("id", "in", ids).execute();
  return ids;
}

/** Deployments that are ready and were not polled since, the longest first; notes that they are not ready any more. */
export async function retireUnpolled(tx: Writer, since: Timestamp, limit: number): Promise<readonly string[]> {
  const unpolled = await tx
    .selectFrom("deployment")
    .select("id")
    .where("status", "=", "READY")
    .where("last_polled", "<", since)
    .where(sql<boolean>`NOT EXISTS (SELECT 1 FROM work_queue
      WHERE work_queue.id = deployment.work_queue_id AND work_queue.last_polled >= ${since})`)
    .orderBy("last_polled")
    .limit(limit)
    .modifyEnd(portable.freeRowLock("deployment"))
    .execute();
  const ids = unpolled.map(({ id }) => id);
  if (ids.length > 0) await tx.updateTable("deployment").set({ status: "NOT_READY" }).where("id", "in", ids).execute();
  return ids;
}
