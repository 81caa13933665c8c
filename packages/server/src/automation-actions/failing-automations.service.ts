import { formatTimestamp, isUuid, type Timestamp } from "@ostinato/core";
import type { Dashboard } from "@ostinato/protocol";
import * as automations from "../automations/automations.service.ts";
import { inOrder } from "../events/event-pages.service.ts";
import type { Context } from "../kernel/context.ts";
import { actionFailedEvent } from "./outcomes.service.ts";
import { outcomeTold } from "./told-outcomes.service.ts";

/** Events of failed actions that are read. */
const maxEvents = 200;
const resourcePrefix = "prefect.automation.";

/** Automations that are there with actions that failed in a time and are not tried again, the latest first. */
export async function failingAutomations(
  context: Context,
  { since, until, limit }: { readonly since: Timestamp; readonly until: Timestamp; readonly limit: number },
): Promise<Dashboard["automations"]> {
  const occurred = { since: formatTimestamp(since), until: formatTimestamp(until) };
  const filter = { event: { name: [actionFailedEvent] }, occurred };
  const told = (await inOrder(context, { filter, limit: maxEvents })).filter(
    (event) => outcomeTold(event).outcome === "FAILED",
  );
  const byId = Map.groupBy(told, ({ resource }) => resource["prefect.resource.id"]?.slice(resourcePrefix.length) ?? "");
  const ids = [...byId.keys()].filter(isUuid);
  if (ids.length === 0) return [];
  const names = new Map((await automations.namesOf(context, ids)).map(({ id, name }) => [id, name]));
  return [...byId]
    .flatMap(([id, [last, ...earlier]]) => {
      const name = names.get(id);
      if (name === undefined || last === undefined) return [];
      return [{ id, name, failures: earlier.length + 1, at: last.occurred, reason: outcomeTold(last).reason }];
    })
    .slice(0, limit);
}
