import { type SqlBool, sql } from "kysely";
import type { AutomationRow } from "../../automations/automations.queries.ts";
import { type Condition, everything, join } from "../../criteria/conditions.queries.ts";
import type { Reader } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";

interface Wanted {
  /** A part of the name. */
  readonly text?: string | undefined;
  readonly enabled?: boolean | undefined;
}

export function automationsInList(
  reader: Reader,
  { limit, offset, ...wanted }: Wanted & { readonly limit: number; readonly offset: number },
): Promise<AutomationRow[]> {
  return reader
    .selectFrom("automation")
    .selectAll()
    .where(conditionOf(wanted))
    .orderBy(sql`lower(name)`)
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countInList(reader: Reader, wanted: Wanted): Promise<number> {
  const row = await reader
    .selectFrom("automation")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where(conditionOf(wanted))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function conditionOf({ text, enabled }: Wanted): Condition {
  return (
    join(
      [
        text === undefined ? undefined : portable.contains("automation.name", text),
        enabled === undefined ? undefined : sql<SqlBool>`automation.enabled = ${enabled ? 1 : 0}`,
      ],
      "and_",
    ) ?? everything
  );
}
