import { deletionOfFlowRuns, isTerminal } from "@ostinato/core";
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
    const { goes, stays, working } = deletionOfFlowRuns;
    const warning = runs.every(({ state_type }) => state_type !== null && isTerminal(state_type)) ? "" : ` ${working}`;
    if (!(await confirmed(`${what} will be deleted with ${goes}. ${stays}${warning}`, yes)))
      return note("Nothing was changed.");
    for (const { id } of runs) await client.call(deleteFlowRun, { params: { id } });
    if (json) sayJson({ deleted: runs.map(({ id }) => id) });
    else say(`Deleted: ${names}`);
  });
}
