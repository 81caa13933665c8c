import type { Timestamp } from "@ostinato/core";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";

const configurationKey = "ostinato.encryption-key";

/** The row that names the key of the database; undefined while no secret was ever kept. */
export async function keyOfDatabase(reader: Reader): Promise<string | undefined> {
  const row = await reader
    .selectFrom("configuration")
    .select("value")
    .where("key", "=", configurationKey)
    .executeTakeFirst();
  return row?.value;
}

interface KeyRow {
  readonly id: string;
  readonly value: string;
  readonly now: Timestamp;
}

/** Names the key of a database that has none yet; one that is named stays. */
export async function nameFirstKey(tx: Writer, { id, value, now }: KeyRow): Promise<void> {
  await tx
    .insertInto("configuration")
    .values({ id, created: now, updated: now, key: configurationKey, value })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

export async function nameKey(tx: Writer, { value, now }: Omit<KeyRow, "id">): Promise<void> {
  await tx.updateTable("configuration").set({ value, updated: now }).where("key", "=", configurationKey).execute();
}

export async function hasSealedTexts(reader: Reader): Promise<boolean> {
  const found = await reader
    .selectFrom("block_document")
    .select("id")
    .where("secrets", "is not", null)
    .limit(1)
    .executeTakeFirst();
  if (found !== undefined) return true;
  const webhook = await reader
    .selectFrom("event_webhook")
    .select("id")
    .where("secret", "is not", null)
    .limit(1)
    .executeTakeFirst();
  return webhook !== undefined;
}

/** The sealed texts with the ids of their documents, held until the unit of work ends. */
export function sealedTexts(tx: Writer): Promise<{ readonly id: string; readonly secrets: string | null }[]> {
  return tx
    .selectFrom("block_document")
    .select(["id", "secrets"])
    .where("secrets", "is not", null)
    .orderBy("id")
    .modifyEnd(portable.rowLock("block_document"))
    .execute();
}

export interface SealedWebhook {
  readonly id: string;
  readonly secret: string | null;
  readonly former_secret: string | null;
}

/** The sealed keys of webhooks, held until the unit of work ends. */
export function sealedWebhooks(tx: Writer): Promise<SealedWebhook[]> {
  return tx
    .selectFrom("event_webhook")
    .select(["id", "secret", "former_secret"])
    .where(({ eb, or }) => or([eb("secret", "is not", null), eb("former_secret", "is not", null)]))
    .orderBy("id")
    .modifyEnd(portable.rowLock("event_webhook"))
    .execute();
}

export async function putSealedWebhook(tx: Writer, { id, ...sealed }: SealedWebhook): Promise<void> {
  await tx.updateTable("event_webhook").set(sealed).where("id", "=", id).execute();
}

export async function putSealedText(tx: Writer, id: string, secrets: string): Promise<void> {
  await tx.updateTable("block_document").set({ secrets }).where("id", "=", id).execute();
}
