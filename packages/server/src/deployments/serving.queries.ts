import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Writer } from "../db/dialect.ts";
import { idRows, portable } from "../db/portable.ts";

/** Leaves out deployments that were marked after `unless`, and those that another unit of work is changing. */
export async function markServed(
  tx: Writer,
  ids: readonly string[],
  { now, unless }: { readonly now: Timestamp; readonly unless: Timestamp },
): Promise<void> {
  const given = idRows(ids);
  const toMark = sql`SELECT deployment.id FROM deployment JOIN ${given} AS given ON given.id = deployment.id
    WHERE deployment.status <> 'READY' OR deployment.last_polled IS NULL OR deployment.last_polled < ${unless}
    ${portable.freeRowLock("deployment")}`;
  await sql`UPDATE deployment SET last_polled = ${now}, status = 'READY' WHERE id IN (${toMark})`.execute(tx);
}
