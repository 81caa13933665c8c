import { readConcurrencyLimitPage, type SlotUser } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { localTime } from "../output/moments.ts";
import { sayFields, sayJson } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";
import { findLimit } from "./find.ts";
import { slotsText } from "./list.ts";

export function inspect(wanted: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const { id } = await findLimit(client, wanted);
    const page = await client.call(readConcurrencyLimitPage, { params: { id_or_name: id } });
    if (json) return sayJson(page);
    const { limit, holders, waiting, waiting_count } = page;
    sayFields([
      ["Limit", `${paint("bold", oneLine(limit.name))}  ${limit.id}`],
      ["Taken", slotsText(limit)],
      ["Active", limit.active ? "yes" : "no: it limits nothing"],
      ["Held by", usersText(holders)],
      ["Waiting", waiting_count === 0 ? null : `${waiting_count}: ${usersText(waiting)}`],
    ]);
  });
}

function usersText(users: readonly SlotUser[]): string | null {
  if (users.length === 0) return null;
  return users.map(userText).join("\n");
}

function userText({ flow_run_name, task_run_name, slots, since }: SlotUser): string {
  const task = task_run_name === null ? "" : ` (task ${oneLine(task_run_name)})`;
  const who = flow_run_name === null ? "a program" : `${oneLine(flow_run_name)}${task}`;
  return `${who}, ${slots === 1 ? "1 slot" : `${slots} slots`} since ${localTime(since)}`;
}
