import type { Selectable } from "kysely";
import type { Database, Reader } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export async function newestParameterSchema(db: Database, flowId: string): Promise<string | undefined> {
  const row = await db.read
    .selectFrom("parameter_schema")
    .select("schema")
    .where("flow_id", "=", flowId)
    .orderBy("updated", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.schema;
}

export async function flowExists(reader: Reader, id: string): Promise<boolean> {
  return (await reader.selectFrom("flow").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
}

export async function replaceParameterSchema(
  writer: Reader,
  row: Selectable<Tables["parameter_schema"]>,
): Promise<void> {
  await writer
    .deleteFrom("parameter_schema")
    .where("flow_id", "=", row.flow_id)
    .where("version", row.version === null ? "is" : "=", row.version)
    .execute();
  await writer.insertInto("parameter_schema").values(row).execute();
}
