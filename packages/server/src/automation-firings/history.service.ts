import { formatTimestamp } from "@ostinato/core";
import type { AutomationFiring, automationFirings, Event, QueryOf, ReplyOf } from "@ostinato/protocol";
import { eventIdsOf } from "../automation-actions/firing-events.service.ts";
import { outcomesOf } from "../automation-actions/told-outcomes.service.ts";
import * as automations from "../automations/automations.service.ts";
import * as events from "../events/event-pages.service.ts";
import type { Context } from "../kernel/context.ts";
import { causeOf, firingEvents, firingTold } from "./told-firings.rules.ts";

const pageSize = 20;
const maxCounted = 10_000;

/** The events that tell of the latest firings of an automation, the latest first. */
export async function latestFirings(context: Context, id: string, limit: number): Promise<readonly Event[]> {
  return events.inOrder(context, { filter: toldBy(id), limit });
}

function toldBy(id: string) {
  return { event: { name: [...firingEvents] }, resource: { id: [`prefect.automation.${id}`] } };
}

/** The firings of an automation, the latest first. They are found by the events that tell of them, and go when these do. */
export async function firingsOf(
  context: Context,
  id: string,
  { limit = pageSize, before }: QueryOf<typeof automationFirings>,
): Promise<ReplyOf<typeof automationFirings>> {
  await automations.read(context, id);
  const filter = toldBy(id);
  const count = await events.count(context, filter, maxCounted);
  const [after] = before === undefined ? [] : await events.readMany(context, [before]);
  // What comes before a firing that is gone is gone too.
  if (before !== undefined && after === undefined) return { firings: [], next: null, count };
  const told = await events.inOrder(context, { filter, limit: limit + 1, after });
  const shown = told.slice(0, limit);
  const next = told.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { firings: await withOutcomes(context, id, shown), next, count };
}

async function withOutcomes(context: Context, id: string, told: readonly Event[]): Promise<AutomationFiring[]> {
  const firings = told.map((event) => ({ event, firing: firingTold(event) }));
  const outcomes = await outcomesOf(
    context,
    told.map((event) => event.id),
  );
  const causeIds = new Set(firings.flatMap(({ firing }) => eventIdsOf(firing)));
  const causes = new Map((await events.readMany(context, [...causeIds])).map((event) => [event.id, event]));
  return firings.map(({ event, firing }) => ({
    id: event.id,
    automation_id: id,
    trigger_state: event.event.endsWith(".resolved") ? "Resolved" : "Triggered",
    occurred: event.occurred,
    triggered: formatTimestamp(firing.at),
    labels: { ...firing.labels },
    value: firing.value ?? null,
    events: eventIdsOf(firing)
      .flatMap((cause) => causes.get(cause) ?? [])
      .map(causeOf),
    actions: [...(outcomes.get(event.id) ?? [])],
  }));
}
