import { deleteFlowRun } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { findFlowRun } from "./find.ts";

export function remove(
  wanted: readonly string[],
  { yes, json }: { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    const runs = [];
    for (const one of wanted) runs.push(await findFlowRun(client, one));
    const names = runs.map(({ name }) => name).join(", ");
    const what = runs.length === 1 ? `Flow run ${names}` : `${runs.length} flow runs (${names})`;
    if (!(await confirmed(`${what} will be deleted with all task runs, logs and results.`, yes)))
      return note("Nothing was changed.");
    for (const { id } of runs) await client.call(deleteFlowRun, { params: { id } });
    if (json) sayJson({ deleted: runs.map(({ id }) => id) });
    else say(`Deleted: ${names}`);
  });
}
