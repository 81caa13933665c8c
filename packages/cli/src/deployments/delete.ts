import { deleteDeployment } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { findDeployment } from "./find.ts";

export function remove(
  wanted: readonly string[],
  { yes, json }: { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    const found = [];
    for (const one of wanted) found.push(await findDeployment(client, one));
    const names = found.map(({ fullName }) => fullName).join(", ");
    const what = found.length === 1 ? `Deployment ${names}` : `${found.length} deployments (${names})`;
    const question = `${what} will be deleted with its schedules and the runs that have not begun. Runs that have begun stay.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    for (const { row } of found) await client.call(deleteDeployment, { params: { id: row.id } });
    if (json) sayJson({ deleted: found.map(({ row }) => row.id) });
    else say(`Deleted: ${names}`);
  });
}
