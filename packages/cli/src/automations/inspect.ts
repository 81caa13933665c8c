import { jsonText, withNearestNumbers } from "@ostinato/core";
import { withServer } from "../connect.ts";
import { localTime } from "../output/moments.ts";
import { say, sayFields, sayJson } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";
import { findAutomation } from "./find.ts";
import { triggerWords } from "./words.ts";

export function inspect(
  wanted: string,
  { json, yaml }: { readonly json?: boolean; readonly yaml?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    const automation = await findAutomation(client, wanted);
    if (json) return sayJson(automation);
    if (yaml) {
      const { stringify } = await import("yaml");
      return say(stringify(withNearestNumbers(automation)).trimEnd());
    }
    const { name, id, description, enabled, tags, trigger, actions, created, updated } = automation;
    const { actions_on_trigger: onTrigger, actions_on_resolve: onResolve } = automation;
    const listed = (list: readonly unknown[]) => list.map((action) => oneLine(jsonText(action) ?? "")).join("\n");
    sayFields([
      ["Automation", `${paint("bold", oneLine(name))}  ${id}`],
      ["Description", description],
      ["State", enabled ? "on" : "paused"],
      ["Tags", tags.join(", ")],
      ["When", triggerWords(trigger)],
      ["Trigger", jsonText(trigger, 2)],
      ["Then", listed(actions)],
      ["On trigger", listed(onTrigger)],
      ["On resolve", listed(onResolve)],
      ["Created", localTime(created)],
      ["Changed", localTime(updated)],
    ]);
  });
}
