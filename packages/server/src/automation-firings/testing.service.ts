import { addSeconds, formatTimestamp, toTimestamp } from "@ostinato/core";
import {
  type ActionPreview,
  type Automation,
  type AutomationTest,
  automationTestLimits,
  type BodyOf,
  type Event,
  type TestedFiring,
  type testAutomation,
} from "@ostinato/protocol";
import { type About, actionsOf, jobOf, listsOf } from "../automation-actions/by-hand.service.ts";
import { eventIdsOf, eventsOf } from "../automation-actions/firing-events.service.ts";
import { preview } from "../automation-actions/previewing.service.ts";
import * as automations from "../automations/automations.service.ts";
import type { Context } from "../kernel/context.ts";
import { invalid } from "../kernel/errors.ts";
import type { Firing } from "../triggers/composites.rules.ts";
import { triggeredEvent } from "../triggers/firings.service.ts";
import { replay } from "../triggers/replay.service.ts";
import { causeOf } from "./told-firings.rules.ts";

const usualDays = 7;
const secondsPerDay = 86_400;

/** What an automation would have done in the last days. Nothing is saved, and no action is done. */
export async function test(context: Context, body: BodyOf<typeof testAutomation>): Promise<AutomationTest> {
  const automation = await automations.draft(context, body.automation);
  const since = sinceOf(context, body);
  const { firings, until, isComplete, read, matched, count } = await replay(context, automation, since);
  const rendering = { automation, deadline: context.clock.elapsed() + automationTestLimits.seconds };
  const tested: TestedFiring[] = [];
  for (const firing of firings) tested.push(await testedFiring(context, firing, rendering));
  return {
    since: formatTimestamp(since),
    until: formatTimestamp(until),
    complete: isComplete,
    events_read: read,
    events_matched: matched,
    count,
    firings: tested,
  };
}

function sinceOf({ clock }: Context, { since, days }: BodyOf<typeof testAutomation>) {
  const now = clock.now();
  if (since === undefined || since === null) return addSeconds(now, -(days ?? usualDays) * secondsPerDay);
  const moment = toTimestamp(since);
  const earliest = addSeconds(now, -automationTestLimits.days * secondsPerDay);
  if (moment < earliest || moment > now) {
    const msg = `must be within the last ${automationTestLimits.days} days`;
    throw invalid([{ type: "value_error", loc: ["body", "since"], msg, input: since }]);
  }
  return moment;
}

interface Rendering {
  readonly automation: Automation;
  /** In the clock's even seconds. */
  readonly deadline: number;
}

async function testedFiring(context: Context, firing: Firing, rendering: Rendering): Promise<TestedFiring> {
  const { automation } = rendering;
  const events = await eventsOf(context, firing);
  const event = events.get(firing.event_id ?? "");
  const now = context.clock.now();
  const told = triggeredEvent({ automation, firing }, { event, chain: 1, now });
  const stamped = {
    ...told,
    occurred: formatTimestamp(now),
    received: formatTimestamp(now),
    related: [...told.related],
  };
  const about = { firing, triggeredEventId: told.id, events, isKept: false };
  return {
    triggered: formatTimestamp(firing.at),
    trigger_state: firing.resolved === true ? "Resolved" : "Triggered",
    labels: { ...firing.labels },
    value: firing.value ?? null,
    events: eventIdsOf(firing)
      .flatMap((id) => events.get(id) ?? [])
      .map(causeOf),
    actions: await previews(context, { ...rendering, about, event, told: stamped }),
  };
}

interface Previewed extends Rendering {
  readonly about: Omit<About, "event">;
  readonly event: Event | undefined;
  /** The event that would tell of the firing, which is what `actions_on_trigger` are about. */
  readonly told: Event;
}

async function previews(context: Context, { automation, deadline, about, event, told }: Previewed) {
  const found: ActionPreview[] = [];
  for (const listed of actionsOf(automation, listsOf(about.firing))) {
    const { list, place, action } = listed;
    const job = jobOf(context, { automation, listed, about: { ...about, event: list === "actions" ? event : told } });
    const isLate = context.clock.elapsed() > deadline;
    const shown = isLate ? { target: null, rendered: {}, problem: tooLate } : await preview(context, job);
    found.push({ list, index: place, type: action.type, ...shown });
  }
  return found;
}

const tooLate = `Not rendered: the actions before took more than ${automationTestLimits.seconds} s`;
