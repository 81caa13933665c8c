import { addSeconds, exponentialDelay, formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import { writeJson } from "../db/json-text.ts";
import type { NewEvent } from "../events/events.service.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import { ActionFailed, type ActionJob, type Done } from "./action-job.ts";
import * as queries from "./jobs.queries.ts";

/** Attempts take about a minute, or half an hour where a mail server asks for minutes. */
const paces = {
  soon: { maxAttempts: 6, baseSeconds: 2, capSeconds: 30 },
  later: { maxAttempts: 8, baseSeconds: 30, capSeconds: 600 },
};
export const actionExecutedEvent = "prefect.automation.action.executed";
export const actionFailedEvent = "prefect.automation.action.failed";
/** The role in which an action's events name the event of its firing. */
export const firingRole = "automation-triggered-event";
export const causeRole = "triggering-event";
/** An event that came longer ago is not said to be followed: clients would wait for it. */
const maxFollowedMicros = 5 * 60 * 1_000_000;

interface Attempted {
  readonly begun: Timestamp;
  readonly outcome: Done | ActionFailed;
}

/** Notes what became of an attempt: the action is done, has failed, or is tried again. */
export async function settleAction(context: Context, job: ActionJob, { begun, outcome }: Attempted): Promise<void> {
  const attempts = job.attempts + 1;
  const delay = outcome instanceof ActionFailed ? delayOf(outcome, attempts) : undefined;
  const again = delay === undefined ? null : addSeconds(context.clock.now(), delay);
  const delivered = outcome instanceof ActionFailed ? outcome.delivered : [];
  await unit(context, async (unit) => {
    const isMine =
      again === null
        ? await queries.deleteAction(unit.tx, job.id)
        : await queries.postponeAction(unit.tx, job.id, { attempts, due: again, delivered: writeJson(delivered) });
    if (!isMine) return;
    const outcomeName = outcome instanceof ActionFailed ? "failed" : "executed";
    const { begin, end } = eventsOf(job, { begun, outcome }, { now: context.clock.now(), attempts, again });
    await events.recordNew(unit, [begin, end]);
    unit.changed("automation", [job.automation]);
    unit.count("automation_actions_total", 1, { outcome: outcomeName, action_type: job.action.type });
  });
  if (outcome instanceof ActionFailed) report(context, job, { reason: outcome.message, attempts, again });
}

/** Notes what became of an action that somebody has run by hand: it is not tried again. Gives the event that tells of its end. */
export async function noteByHand(context: Context, job: ActionJob, attempted: Attempted): Promise<NewEvent> {
  const told = eventsOf(job, attempted, { now: context.clock.now(), attempts: 1, again: null, byHand: true });
  await unit(context, async (unit) => {
    await events.recordNew(unit, [told.begin, told.end]);
    unit.changed("automation", [job.automation]);
  });
  return told.end;
}

/** The seconds until the next attempt; undefined where there is none. */
function delayOf({ retry }: ActionFailed, attempts: number): number | undefined {
  if (retry === "never") return undefined;
  const { maxAttempts, ...backoff } = paces[retry];
  return attempts < maxAttempts ? exponentialDelay(attempts - 1, backoff) : undefined;
}

/** A time further ahead than any delay was written while a clock was wrong: it is not waited for. */
export function latestDue(now: Timestamp): Timestamp {
  return addSeconds(now, 2 * paces.later.capSeconds);
}

interface Told {
  readonly now: Timestamp;
  readonly attempts: number;
  readonly again: Timestamp | null;
  readonly byHand?: true;
}

/** The beginning of the attempt and its end, as Prefect's automations tell of their actions. */
function eventsOf(job: ActionJob, { begun, outcome }: Attempted, { now, attempts, again, byHand }: Told) {
  const { action, index, chain, triggeredEventId, event } = job;
  const isFailure = outcome instanceof ActionFailed;
  const { details, related } = isFailure ? outcome.done : outcome;
  const hand = byHand === undefined ? {} : { by_hand: true };
  const about = {
    action_index: index,
    action_type: action.type,
    invocation: job.id,
    attempt: attempts,
    chain,
    ...hand,
  };
  const next = again === null ? null : formatTimestamp(again);
  const failure = isFailure ? { reason: outcome.message, next_attempt: next } : {};
  const named = [
    ...related,
    ...(triggeredEventId === null ? [] : [events.relatedEvent(triggeredEventId, firingRole)]),
    ...(event === undefined ? [] : [events.relatedEvent(event.id, causeRole)]),
  ];
  const shared = { resource: resourceOf(job), related: named };
  const begin: NewEvent = {
    ...shared,
    id: timeOrderedId(begun),
    occurred: begun,
    event: "prefect.automation.action.triggered",
    payload: about,
    follows: followed(job),
  };
  const end: NewEvent = {
    ...shared,
    id: timeOrderedId(now),
    occurred: now,
    event: isFailure ? actionFailedEvent : actionExecutedEvent,
    payload: { ...about, ...failure, ...details },
    follows: begin.id,
  };
  return { begin, end };
}

function resourceOf({ automation }: ActionJob) {
  const { id, name, trigger } = automation;
  return {
    "prefect.resource.id": `prefect.automation.${id}`,
    "prefect.resource.name": name,
    "prefect.trigger-type": trigger.type,
    ...("posture" in trigger ? { "prefect.posture": trigger.posture } : {}),
  };
}

function followed({ event, firing, triggered }: ActionJob): string | null {
  return event !== undefined && Math.abs(triggered - firing.at) < maxFollowedMicros ? event.id : null;
}

function report({ log }: Context, job: ActionJob, told: { reason: string; attempts: number; again: Timestamp | null }) {
  const { reason, attempts, again } = told;
  const about = { automation: job.automation.id, action: job.action.type, reason, attempts };
  if (again === null) log.warn(about, "an action of an automation has failed");
  else log.info(about, "an action of an automation failed, it is tried again");
}
