import type { Timestamp } from "@ostinato/core";
import type { DeploymentStatus } from "@ostinato/protocol";
import { sql } from "kysely";
import type { Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";

/** Notes that these deployments are polled, and gives those that nobody served before. */
export async function notePolls(tx: Writer, ids: readonly string[], now: Timestamp): Promise<readonly string[]> {
  const polled = await lockStatuses(tx, ids);
  await tx
    .updateTable("deployment")
    .set({ status: "READY", last_polled: now })
    .where(
      "id",
      "in",
      polled.map(({ id }) => id),
    )
    .execute();
  return polled.filter(({ status }) => status === "NOT_READY").map(({ id }) => id);
}

/** In the order of their ids, so that units of work which note the same deployments do not wait for each other. */
async function lockStatuses(tx: Writer, ids: readonly string[]): Promise<{ id: string; status: DeploymentStatus }[]> {
  const wanted = portable.rowsOf(JSON.stringify(ids.map((id) => ({ id }))), { id: "uuid" });
  return tx
    .selectFrom("deployment")
    .select(["id", "status"])
    .where(sql<boolean>`deployment.id IN (SELECT id FROM ${wanted} AS wanted)`)
    .orderBy("id")
    .modifyEnd(portable.rowLock("deployment"))
    .execute();
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
