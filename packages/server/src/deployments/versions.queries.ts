import type { Selectable } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type VersionRow = Selectable<Tables["deployment_version"]>;

export function versionById(reader: Reader, id: string): Promise<VersionRow | undefined> {
  return reader.selectFrom("deployment_version").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Points the deployment to the new version. */
export async function addVersion(tx: Writer, row: VersionRow): Promise<void> {
  await tx.insertInto("deployment_version").values(row).execute();
  await tx.updateTable("deployment").set({ version_id: row.id }).where("id", "=", row.deployment_id).execute();
}
