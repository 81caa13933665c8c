import type { Timestamp } from "@ostinato/core";
import type { AutomationFilter, AutomationSort } from "@ostinato/protocol";
import { type Insertable, type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import { automationCondition } from "../criteria/automations.queries.ts";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

export type AutomationRow = Selectable<Tables["automation"]>;

export function findAutomation(reader: Reader, id: string): Promise<AutomationRow | undefined> {
  return reader.selectFrom("automation").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function namesOfAutomations(reader: Reader, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return reader.selectFrom("automation").select(["id", "name"]).where("id", "in", ids).execute();
}

export interface AutomationQuery {
  readonly filter: AutomationFilter | null | undefined;
  readonly sort: AutomationSort;
  readonly limit: number;
  readonly offset: number;
}

const orders = {
  NAME_ASC: ["name", "asc"],
  NAME_DESC: ["name", "desc"],
  CREATED_DESC: ["created", "desc"],
  UPDATED_DESC: ["updated", "desc"],
} as const satisfies Readonly<Record<AutomationSort, unknown>>;

export function findAutomations(
  reader: Reader,
  { filter, sort, limit, offset }: AutomationQuery,
): Promise<AutomationRow[]> {
  const [column, direction] = orders[sort];
  return reader
    .selectFrom("automation")
    .selectAll()
    .where(automationCondition(filter) ?? everything)
    .orderBy(column, direction)
    .orderBy("id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
}

export function countAutomations(reader: Reader, filter: AutomationFilter | null | undefined): Promise<number> {
  return countMatching(reader, "automation", automationCondition(filter));
}

/** The automations that a resource owns, or all that have to do with it. */
export function automationsOf(
  reader: Reader,
  resourceId: string,
  { owned }: { readonly owned: boolean },
): Promise<AutomationRow[]> {
  return reader
    .selectFrom("automation")
    .selectAll("automation")
    .where(
      sql<SqlBool>`id IN (SELECT automation_id FROM automation_resource WHERE resource_id = ${resourceId}
        ${owned ? sql`AND is_owner = 1` : sql``})`,
    )
    .orderBy("created")
    .orderBy("id")
    .execute();
}

export async function insertAutomation(tx: Writer, row: Insertable<Tables["automation"]>): Promise<void> {
  await tx.insertInto("automation").values(row).execute();
}

/** Each change has a later time than the one before, so that by the time servers know which automations they know. */
export function updateAutomation(
  tx: Writer,
  id: string,
  { updated, ...change }: Updateable<Tables["automation"]> & { readonly updated: Timestamp },
): Promise<AutomationRow | undefined> {
  const later = sql<Timestamp>`CASE WHEN automation.updated < ${updated} THEN ${updated} ELSE automation.updated + 1 END`;
  return tx
    .updateTable("automation")
    .set({ ...change, updated: later })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
}

export async function deleteAutomations(tx: Writer, ids: readonly string[]): Promise<void> {
  await tx.deleteFrom("automation").where("id", "in", ids).execute();
}

/** Notes what an automation has to do with. An owner stays one. */
export async function putResources(
  tx: Writer,
  rows: readonly Insertable<Tables["automation_resource"]>[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insertInto("automation_resource")
    .values(rows)
    .onConflict((conflict) => conflict.columns(["automation_id", "resource_id"]).doNothing())
    .execute();
}

export async function forgetResources(tx: Writer, automationId: string): Promise<void> {
  await tx
    .deleteFrom("automation_resource")
    .where("automation_id", "=", automationId)
    .where("is_owner", "=", 0)
    .execute();
}

/** Says to all servers that an automation has changed, and gives the new number. Changes of automations come one after the other. */
export async function moveVersion(tx: Writer, now: Timestamp): Promise<number> {
  // A time, so that the number of a change that was not kept is not given to another one.
  const next = sql<number>`CASE WHEN automation_version.version < ${now} THEN ${now} ELSE automation_version.version + 1 END`;
  const { version } = await tx
    .insertInto("automation_version")
    .values({ id: 1, version: now })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ version: next }))
    .returning("version")
    .executeTakeFirstOrThrow();
  return version;
}

/** Forgets what the triggers of an automation have counted. */
export async function forgetCounts(tx: Writer, automationId: string): Promise<void> {
  await tx.deleteFrom("automation_bucket").where("automation_id", "=", automationId).execute();
  await tx.deleteFrom("automation_child_firing").where("automation_id", "=", automationId).execute();
  await tx.deleteFrom("automation_metric").where("automation_id", "=", automationId).execute();
  await tx.deleteFrom("automation_metric_slice").where("automation_id", "=", automationId).execute();
}

export async function readVersion(reader: Reader): Promise<number> {
  const row = await reader.selectFrom("automation_version").select("version").executeTakeFirst();
  return row?.version ?? 0;
}

export async function holdVersion(tx: Reader): Promise<number> {
  const { rows } = await sql<{ version: number }>`SELECT version FROM automation_version
    ${portable.sharedRowLock("automation_version")}`.execute(tx);
  return rows[0]?.version ?? 0;
}

export type LastChange = Pick<AutomationRow, "id" | "updated">;

export function enabledAutomations(reader: Reader): Promise<LastChange[]> {
  return reader.selectFrom("automation").select(["id", "updated"]).where("enabled", "=", 1).orderBy("id").execute();
}

/** A statement takes a bounded number of values. */
const maxIds = 500;

export async function findAutomationsBy(reader: Reader, ids: readonly string[]): Promise<readonly AutomationRow[]> {
  const found: AutomationRow[] = [];
  for (let at = 0; at < ids.length; at += maxIds) {
    const some = ids.slice(at, at + maxIds);
    found.push(...(await reader.selectFrom("automation").selectAll().where("id", "in", some).execute()));
  }
  return found;
}
