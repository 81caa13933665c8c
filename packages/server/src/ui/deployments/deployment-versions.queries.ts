import { type Selectable, sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import type { Tables } from "../../db/tables.ts";

export type VersionRow = Selectable<Tables["deployment_version"]>;

export function versionsOf(
  { slow }: Database,
  { deploymentId, limit, offset }: { readonly deploymentId: string; readonly limit: number; readonly offset: number },
): Promise<VersionRow[]> {
  return slow
    .selectFrom("deployment_version")
    .selectAll()
    .where("deployment_id", "=", deploymentId)
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countVersions({ slow }: Database, deploymentId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM deployment_version WHERE deployment_id = ${deploymentId}`.execute(slow);
  return Number(rows[0]?.count ?? 0);
}
