import { formatTimestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { ActionsRun, Automation, BodyOf, Event, runAutomationActions, SampleEvent } from "@ostinato/protocol";
import {
  type About,
  actionsOf,
  type ListedAction,
  listsWith,
  runActions,
} from "../automation-actions/by-hand.service.ts";
import { eventsOf } from "../automation-actions/firing-events.service.ts";
import * as automations from "../automations/automations.service.ts";
import * as events from "../events/event-pages.service.ts";
import { readEvent } from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { invalid } from "../kernel/errors.ts";
import { firingBy, latestTaken } from "../triggers/samples.service.ts";
import { causeOf, firingEvents, firingTold } from "./told-firings.rules.ts";

type Body = BodyOf<typeof runAutomationActions>;

/** Runs actions of an automation now, whether it is switched on or not, and without a second attempt. */
export async function run(context: Context, id: string, body: Body): Promise<ActionsRun> {
  const automation = await automations.read(context, id);
  const actions = chosen(automation, body);
  const about = await aboutOf(context, automation, body);
  const outcomes = await runActions(context, automation, { actions, about });
  return { event: about.event === undefined ? null : causeOf(about.event), actions: [...outcomes] };
}

function chosen(automation: Automation, { list, indices }: Body): readonly ListedAction[] {
  const wanted = list ?? "actions";
  const listed = actionsOf(automation, listsWith(wanted)).filter((each) => each.list === wanted);
  if (indices === undefined || indices === null) return listed;
  const missing = indices.find((index) => index >= listed.length);
  if (missing !== undefined) {
    const msg = `the automation has ${listed.length} actions in ${wanted}, so the highest index is ${listed.length - 1}`;
    throw invalid([{ type: "value_error", loc: ["body", "indices"], msg, input: missing }]);
  }
  return listed.filter(({ place }) => indices.includes(place));
}

async function aboutOf(context: Context, automation: Automation, body: Body): Promise<About> {
  const { firing_id, event_id, event: sample } = body;
  const given = [firing_id, event_id, sample].filter((each) => each !== undefined && each !== null);
  if (given.length > 1) {
    const msg = "take one of firing_id, event_id and event";
    throw invalid([{ type: "value_error", loc: ["body"], msg, input: null }]);
  }
  if (typeof firing_id === "string")
    return ofFiring(context, automation, { id: firing_id, list: body.list ?? "actions" });
  if (sample !== undefined && sample !== null) {
    return ofEvent(context, automation, { event: eventOf(context, sample), isKept: false });
  }
  const event = typeof event_id === "string" ? await kept(context, event_id) : await latestTaken(context, automation);
  return ofEvent(context, automation, { event, isKept: true });
}

async function ofFiring(
  context: Context,
  automation: Automation,
  { id, list }: { readonly id: string; readonly list: NonNullable<Body["list"]> },
): Promise<About> {
  const told = await kept(context, id);
  const isOwn = told.resource["prefect.resource.id"] === `prefect.automation.${automation.id}`;
  if (!isOwn || !firingEvents.some((name) => name === told.event)) {
    const msg = "is not a firing of this automation: take an id of GET /automations/{id}/firings";
    throw invalid([{ type: "value_error", loc: ["body", "firing_id"], msg, input: id }]);
  }
  const firing = firingTold(told);
  const found = await eventsOf(context, firing);
  const event = list === "actions" ? found.get(firing.event_id ?? "") : told;
  return { firing, triggeredEventId: told.id, event, events: found, isKept: true };
}

interface Happened {
  readonly event: Event | undefined;
  readonly isKept: boolean;
}

function ofEvent(context: Context, automation: Automation, { event, isKept }: Happened): About {
  const firing = firingBy(context, automation, event);
  const events = new Map(event === undefined ? [] : [[event.id, event]]);
  return { firing, triggeredEventId: null, event, events, isKept };
}

function eventOf({ clock }: Context, { event, resource, related = [], payload = {}, occurred }: SampleEvent): Event {
  const now = clock.now();
  const id = timeOrderedId(now);
  const at = occurred === undefined || occurred === null ? now : toTimestamp(occurred);
  const read = readEvent({ id, occurred: formatTimestamp(at), event, resource, related, payload });
  if (!read.ok)
    throw invalid(read.problems.map(({ loc, ...problem }) => ({ ...problem, loc: ["body", "event", ...loc] })));
  return {
    id,
    occurred: formatTimestamp(at),
    received: formatTimestamp(now),
    event,
    resource,
    related,
    payload,
    follows: null,
  };
}

async function kept(context: Context, id: string): Promise<Event> {
  const [event] = await events.readMany(context, [id]);
  if (event !== undefined) return event;
  throw invalid([{ type: "value_error", loc: ["body"], msg: "there is no event with this id any more", input: id }]);
}
