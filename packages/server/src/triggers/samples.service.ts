import { addSeconds, formatTimestamp, randomId } from "@ostinato/core";
import { type Automation, automationTestLimits, type Event, type EventFilter } from "@ostinato/protocol";
import { inOrder } from "../events/event-pages.service.ts";
import type { Context } from "../kernel/context.ts";
import type { Firing } from "./composites.rules.ts";
import { eventTriggersOf, knownAs } from "./known-triggers.rules.ts";
import { labelsOf, valuesOf } from "./matching.rules.ts";
import { eventsWantedBy } from "./replay.service.ts";

const pageSize = 200;
/** Where no event of the last days fits among so many, there is taken to be none. */
const maxSearched = 2000;

/** The latest event of the last days that a trigger of the automation takes. */
export async function latestTaken(context: Context, automation: Automation): Promise<Event | undefined> {
  const since = addSeconds(context.clock.now(), -automationTestLimits.days * 86_400);
  const filter: EventFilter = { ...eventsWantedBy(automation), occurred: { since: formatTimestamp(since) } };
  const known = knownAs(0, [automation]);
  let after: Event | undefined;
  for (let searched = 0; searched < maxSearched; searched += pageSize) {
    const events: readonly Event[] = await inOrder(context, { filter, limit: pageSize, after });
    const found = events.find((event) => known.find(event).length > 0);
    if (found !== undefined || events.length < pageSize) return found;
    after = events.at(-1);
  }
  return undefined;
}

/** A firing of the automation by one event, whether its trigger takes it or not. */
export function firingBy({ clock }: Context, automation: Automation, event: Event | undefined): Firing {
  const { trigger } = automation;
  const about = { id: randomId(), trigger_id: trigger.id, at: clock.now(), event_id: event?.id ?? null, firings: [] };
  return { ...about, labels: event === undefined ? {} : labelsBy(automation, event) };
}

function labelsBy(automation: Automation, event: Event): Readonly<Record<string, string>> {
  const [entry] = [...knownAs(0, [automation]).find(event), ...eventTriggersOf(automation)];
  if (entry === undefined || entry.around.length > 0) return {};
  const values = valuesOf(entry.trigger, event);
  return Object.fromEntries(labelsOf(entry.trigger).map((label, index) => [label, values[index] ?? ""]));
}
