import type { Timestamp } from "@ostinato/core";
import type { Database, Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";
import type { Delivery } from "../kernel/delivery.ts";

export type FailedDelivery = Tables["failed_delivery"];

/** Notes a failure. A change that is there already, because the outbox was read again, is kept as it is now. */
export async function keepFailure(tx: Writer, row: FailedDelivery): Promise<void> {
  const { attempts, reason, last_failed, due } = row;
  await tx
    .insertInto("failed_delivery")
    .values(row)
    .onConflict((conflict) => conflict.columns(["consumer", "seq"]).doUpdateSet({ attempts, reason, last_failed, due }))
    .execute();
}

/** The failed change of a consumer that is due first, or one whose time is impossibly far ahead. */
export function nextDue(
  reader: Reader,
  { consumer, now, latest }: { readonly consumer: string; readonly now: Timestamp; readonly latest: Timestamp },
): Promise<FailedDelivery | undefined> {
  return reader
    .selectFrom("failed_delivery")
    .selectAll()
    .where("consumer", "=", consumer)
    .where("due", "is not", null)
    .where(({ or, eb }) => or([eb("due", "<=", now), eb("due", ">", latest)]))
    .orderBy("due")
    .limit(1)
    .executeTakeFirst();
}

export async function forgetFailure(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("failed_delivery").where("id", "=", id).execute();
}

export interface Tally {
  readonly retrying: number;
  readonly dead: number;
}

/** How many changes each consumer has failed on. */
export async function tallies({ read }: Database): Promise<ReadonlyMap<string, Tally>> {
  const rows = await read
    .selectFrom("failed_delivery")
    .select(({ fn }) => ["consumer", fn.count<number>("due").as("retrying"), fn.countAll<number>().as("all")])
    .groupBy("consumer")
    .execute();
  return new Map(
    rows.map(({ consumer, retrying, all }) => [
      consumer,
      { retrying: Number(retrying), dead: Number(all) - Number(retrying) },
    ]),
  );
}

/** Dead letters, the latest first. */
export function deadLetters({ read }: Database, limit: number): Promise<readonly FailedDelivery[]> {
  return read
    .selectFrom("failed_delivery")
    .selectAll()
    .where("due", "is", null)
    .orderBy("last_failed", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

/** These dead letters, or all of them. */
export type Chosen = readonly string[] | "all";

/** Schedules dead letters again from the first attempt on, and returns their changes. */
export function reviveDeadLetters(
  tx: Writer,
  chosen: Chosen,
  now: Timestamp,
): Promise<readonly Pick<Delivery, "kind" | "name">[]> {
  const all = tx.updateTable("failed_delivery").set({ attempts: 0, due: now }).where("due", "is", null);
  return (chosen === "all" ? all : all.where("id", "in", chosen))
    .returning(["kind", "name"])

    .execute();
}

export async function deleteDeadLetters(tx: Writer, chosen: Chosen): Promise<number> {
  const all = tx.deleteFrom("failed_delivery").where("due", "is", null);
  const result = await (chosen === "all" ? all : all.where("id", "in", chosen)).executeTakeFirst();
  return Number(result.numDeletedRows);
}
