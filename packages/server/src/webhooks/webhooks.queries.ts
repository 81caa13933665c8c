import type { Timestamp } from "@ostinato/core";
import type { Insertable, Selectable, Updateable } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type WebhookRow = Selectable<Tables["event_webhook"]>;

export function findWebhook(reader: Reader, id: string): Promise<WebhookRow | undefined> {
  return reader.selectFrom("event_webhook").selectAll().where("id", "=", id).executeTakeFirst();
}

/** The webhook with this address, or with it as its former one that is still valid. */
export function webhookAt(reader: Reader, digest: string, now: Timestamp): Promise<WebhookRow | undefined> {
  return reader
    .selectFrom("event_webhook")
    .selectAll()
    .where(({ eb, and, or }) =>
      or([eb("address_digest", "=", digest), and([eb("former_digest", "=", digest), eb("former_until", ">", now)])]),
    )
    .executeTakeFirst();
}

export interface WebhookQuery {
  readonly name: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function listWebhooks(reader: Reader, { name, limit, offset }: WebhookQuery): Promise<WebhookRow[]> {
  const all = reader.selectFrom("event_webhook").selectAll();
  const some = name === undefined ? all : all.where("name", "=", name);
  return some.orderBy("name").limit(limit).offset(offset).execute();
}

export async function insertWebhook(tx: Writer, row: Insertable<Tables["event_webhook"]>): Promise<void> {
  await tx.insertInto("event_webhook").values(row).execute();
}

export function updateWebhook(
  tx: Writer,
  id: string,
  change: Updateable<Tables["event_webhook"]>,
): Promise<WebhookRow | undefined> {
  return tx.updateTable("event_webhook").set(change).where("id", "=", id).returningAll().executeTakeFirst();
}

export async function deleteWebhook(tx: Writer, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("event_webhook").where("id", "=", id).executeTakeFirst();
  return numDeletedRows > 0n;
}
