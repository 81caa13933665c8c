import { deleteQueueOfPool } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import type { InPool } from "./change.ts";
import { findQueue } from "./find.ts";

export function remove(
  wanted: readonly string[],
  { pool, yes, json }: InPool & { readonly yes?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    for (const name of wanted) await findQueue(client, pool, name);
    const names = wanted.join(", ");
    const question = `${wanted.length === 1 ? "Queue" : "Queues"} ${names} of work pool ${pool} will be deleted. Deployments and runs stay, without a queue.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    for (const name of wanted) await client.call(deleteQueueOfPool, { params: { work_pool_name: pool, name } });
    if (json) sayJson({ deleted: [...wanted] });
    else say(`Deleted: ${names}`);
  });
}
