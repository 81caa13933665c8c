import { type Insertable, type Selectable, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

type DeployRow = Selectable<Tables["automation_deploy"]>;

export async function putDeploy(writer: Reader, row: Insertable<Tables["automation_deploy"]>): Promise<void> {
  await writer
    .insertInto("automation_deploy")
    .values(row)
    .onConflict((conflict) =>
      conflict.column("automation_id").doUpdateSet({ project: sql`excluded.project`, written: sql`excluded.written` }),
    )
    .execute();
}

export function deploys(
  reader: Reader,
  { automationId, project }: { readonly automationId: string | undefined; readonly project: string | undefined },
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<DeployRow[]> {
  return reader
    .selectFrom("automation_deploy")
    .selectAll()
    .$if(automationId !== undefined, (query) => query.where("automation_id", "=", automationId ?? ""))
    .$if(project !== undefined, (query) => query.where("project", "=", project ?? ""))
    .orderBy("automation_id")
    .limit(limit)
    .offset(offset)
    .execute();
}
