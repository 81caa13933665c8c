import { changeAutomation, deleteAutomation } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { findAutomation } from "./find.ts";

interface Json {
  readonly json?: boolean;
}

export function pause(wanted: string, options: Json): Promise<void> {
  return switchTo(wanted, false, options);
}

export function resume(wanted: string, options: Json): Promise<void> {
  return switchTo(wanted, true, options);
}

function switchTo(wanted: string, enabled: boolean, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const { id, name } = await findAutomation(client, wanted);
    await client.call(changeAutomation, { params: { id }, body: { enabled } });
    if (json) sayJson({ id, name, enabled });
    else if (enabled) say(`Automation ${name} is on, and begins anew.`);
    else say(`Automation ${name} is paused: it counts no events and does nothing until "ostinato automation resume".`);
  });
}

export function remove(wanted: readonly string[], { yes, json }: Json & { readonly yes?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const found = [];
    for (const one of wanted) found.push(await findAutomation(client, one));
    const names = found.map(({ name }) => name).join(", ");
    if (!(await confirmed(`${names} will be deleted, with what has been counted.`, yes)))
      return note("Nothing was changed.");
    for (const { id } of found) await client.call(deleteAutomation, { params: { id } });
    if (json) sayJson({ deleted: found.map(({ id }) => id) });
    else say(`Deleted: ${names}`);
  });
}
