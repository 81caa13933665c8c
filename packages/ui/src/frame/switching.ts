import { switchAutomation } from "../automations/automations.queries.ts";
import { queryClient } from "../query-client.ts";
import { changeBy } from "../webhooks/webhooks.queries.ts";

/** Switches an automation or a webhook on or off, by its id alone. */
export async function switchByKind(kind: "automation" | "webhook", id: string, enabled: boolean): Promise<void> {
  await (kind === "automation" ? switchAutomation(id, enabled) : changeBy(id, { enabled }));
  await queryClient.invalidateQueries({ queryKey: [`${kind}s`] });
}
