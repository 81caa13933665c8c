import { deleteWorkPool } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { findPool } from "./find.ts";

export function remove(
  wanted: readonly string[],
  { yes, json }: { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    const pools = [];
    for (const name of wanted) pools.push(await findPool(client, name));
    const names = pools.map(({ name }) => name).join(", ");
    const question = `${pools.length === 1 ? "Work pool" : "Work pools"} ${names} will be deleted with queues and workers. Deployments and runs stay, and no worker takes them any more.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    for (const { name } of pools) await client.call(deleteWorkPool, { params: { name } });
    if (json) sayJson({ deleted: pools.map(({ name }) => name) });
    else say(`Deleted: ${names}`);
  });
}
