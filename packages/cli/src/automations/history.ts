import { type ActionOutcome, type AutomationFiring, automationFirings, maxFirings } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { localTime } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine } from "../output/text.ts";
import { findAutomation } from "./find.ts";

/** Lists the firings of an automation, the latest first, with what became of their actions. */
export function history(
  wanted: string,
  { limit, json }: { readonly limit: number; readonly json?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    const { id } = await findAutomation(client, wanted);
    const firings: AutomationFiring[] = [];
    let before: string | undefined;
    while (firings.length < limit) {
      const page = await client.call(automationFirings, {
        params: { id },
        query: { limit: Math.min(maxFirings, limit - firings.length), ...(before === undefined ? {} : { before }) },
      });
      firings.push(...page.firings);
      if (page.next === null) break;
      before = page.next;
    }
    if (json) sayJson(firings);
    else sayTable(firings, columns, "It has not fired yet.");
  });
}

const columns: readonly Column<AutomationFiring>[] = [
  { title: "FIRED", value: ({ occurred }) => localTime(occurred) },
  { title: "BY", value: ({ events }) => oneLine(events.at(-1)?.event ?? "what did not come"), flexible: true },
  { title: "ACTIONS", value: ({ actions }) => actions.map(outcomeWords).join("; "), flexible: true },
  { title: "ID", value: ({ id }) => id },
];

export function outcomeWords({ type, outcome, attempts, reason }: ActionOutcome): string {
  const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
  return oneLine(`${type} ${outcome.toLowerCase()}${tries}${reason === null ? "" : `: ${reason}`}`);
}
