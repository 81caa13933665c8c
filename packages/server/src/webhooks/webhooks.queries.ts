import type { Timestamp } from "@ostinato/core";
import { type Insertable, type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import { type Condition, everything, join } from "../criteria/conditions.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
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

export function namesOfWebhooks(reader: Reader, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return reader
    .selectFrom("event_webhook")
    .select(["id", "name"])
    .where("id", "in", [...ids])
    .execute();
}

export interface WebhookQuery {
  readonly name?: string | undefined;
  /** A part of the name. */
  readonly text?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function listWebhooks(reader: Reader, { limit, offset, ...wanted }: WebhookQuery): Promise<WebhookRow[]> {
  const some = reader.selectFrom("event_webhook").selectAll().where(conditionOf(wanted));
  return some.orderBy("name").limit(limit).offset(offset).execute();
}

export async function countWebhooks(reader: Reader, wanted: Pick<WebhookQuery, "name" | "text">): Promise<number> {
  const counted = reader.selectFrom("event_webhook").select(({ fn }) => fn.countAll<number>().as("count"));
  return Number((await counted.where(conditionOf(wanted)).executeTakeFirstOrThrow()).count);
}

function conditionOf({ name, text }: Pick<WebhookQuery, "name" | "text">): Condition {
  const conditions = [
    name === undefined ? undefined : sql<SqlBool>`event_webhook.name = ${name}`,
    text === undefined ? undefined : portable.contains("event_webhook.name", text),
  ];
  return join(conditions, "and_") ?? everything;
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
