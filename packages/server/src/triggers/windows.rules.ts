import { addSeconds, type Timestamp } from "@ostinato/core";
import type { EventTrigger } from "@ostinato/protocol";
import { expects, startsWith } from "./matching.rules.ts";

/** What a trigger has counted in its present window, for one value of its `for_each`. */
export interface Window {
  readonly starts: Timestamp;
  readonly ends: Timestamp;
  /** -1 where the event that began it is expected too: that one does not count. */
  readonly count: number;
  /** The last event that was counted, or that began the window. */
  readonly lastEventId: string | null;
}

/** A window that is over, and what fired the trigger. */
export interface Fired {
  /** When the event occurred that filled the window, or when a window ended that was not filled. */
  readonly at: Timestamp;
  readonly eventId: string | null;
}

export interface Step {
  /** The window that follows; undefined where the next event begins one. */
  readonly window: Window | undefined;
  readonly fired: readonly Fired[];
}

/** An event that the trigger takes. */
export interface TakenEvent {
  readonly id: string;
  readonly name: string;
  readonly occurred: Timestamp;
}

/** A deadline waits so long for the events that meet it: they may be under way. */
export const graceSeconds = 0.5;
/** Events that occurred so long before the first one that was read still count. As long as in Prefect. */
const lookBackSeconds = 15 * 60;
/** A reactive trigger without a time counts on until it fires; a value of `for_each` of which nothing is heard is forgotten then. */
const forgetAfterSeconds = 7 * 86_400;

/** Counts an event. */
export function afterEvent(trigger: EventTrigger, before: Window | undefined, event: TakenEvent): Step {
  const over = before !== undefined && isOver(trigger, before, event.occurred);
  if (!over) return counted(trigger, before, event);
  const ended = trigger.posture === "Proactive" ? afterDeadline(trigger, before, event.occurred) : nothing;
  const { window, fired } = counted(trigger, ended.window, event);
  return { window, fired: [...ended.fired, ...fired] };
}

const nothing: Step = { window: undefined, fired: [] };

/** Whether the window had ended when the event occurred. A reactive one without a beginning is carried on by the event instead. */
function isOver({ posture, after, within }: EventTrigger, { ends }: Window, at: Timestamp): boolean {
  if (at < ends) return false;
  return posture === "Proactive" || (after.length > 0 && within > 0);
}

function counted(trigger: EventTrigger, before: Window | undefined, event: TakenEvent): Step {
  const isExpected = expects(trigger, event.name);
  const begins = startsWith(trigger, event.name);
  const window = before ?? opened(trigger, event, { isExpected, begins });
  // An event from before the window is late, or one too many after a firing.
  if (window === undefined || event.occurred < window.starts) return { window, fired: [] };
  if (trigger.posture === "Reactive") return isExpected ? reactively(trigger, window, event) : { window, fired: [] };
  return { window: proactively(trigger, window, event, { isExpected, begins }), fired: [] };
}

interface Kind {
  readonly isExpected: boolean;
  readonly begins: boolean;
}

function opened(trigger: EventTrigger, { id, occurred }: TakenEvent, { isExpected, begins }: Kind): Window | undefined {
  const ends = addSeconds(occurred, trigger.within);
  if (begins) return { starts: occurred, ends, count: isExpected ? -1 : 0, lastEventId: id };
  if (trigger.after.length === 0) {
    return { starts: addSeconds(occurred, -lookBackSeconds), ends, count: 0, lastEventId: id };
  }
  // What is expected has come. What it should come after may only arrive later, and then it is not waited for.
  const isEarly = trigger.posture === "Proactive" && trigger.threshold === 1;
  return isEarly ? met(trigger, occurred, id) : undefined;
}

/** A window whose events have come: it stays, so that late ones which occurred before are told from those that begin the next one. */
function met({ threshold }: EventTrigger, at: Timestamp, eventId: string): Window {
  return { starts: at, ends: addSeconds(at, lookBackSeconds), count: threshold, lastEventId: eventId };
}

function reactively(trigger: EventTrigger, window: Window, { id, occurred }: TakenEvent): Step {
  const { within, threshold, after } = trigger;
  const counts = within === 0 || occurred < window.ends;
  const next = counts ? window : { starts: occurred, ends: addSeconds(occurred, within), count: 0 };
  const { starts, ends, count } = next;
  if (count + 1 < threshold) return { window: { starts, ends, count: count + 1, lastEventId: id }, fired: [] };
  const fired = [{ at: occurred, eventId: id }];
  if (after.length > 0 || within === 0) return { window: undefined, fired };
  // It fires at once, and then not again until the window would have ended.
  return { window: { starts: ends, ends: addSeconds(ends, within), count: 0, lastEventId: null }, fired };
}

function proactively(
  trigger: EventTrigger,
  window: Window,
  { id, occurred }: TakenEvent,
  { isExpected, begins }: Kind,
): Window {
  const { threshold, after, within } = trigger;
  const isMet = after.length > 0 && window.count >= threshold;
  if (isMet && begins) return { starts: occurred, ends: addSeconds(occurred, within), count: 0, lastEventId: id };
  if (!isExpected || isMet) return window;
  const count = window.count + 1;
  if (after.length === 0 || count < threshold) return { ...window, count, lastEventId: id };
  // A sign of life is met by the next one, from which on the one after that is expected.
  if (begins) return { starts: occurred, ends: addSeconds(occurred, within), count: 0, lastEventId: id };
  return met(trigger, occurred, id);
}

/** The window of a proactive trigger has ended. `now` is when that is noticed. */
export function afterDeadline(trigger: EventTrigger, window: Window, now: Timestamp): Step {
  const isMet = window.count >= trigger.threshold;
  const fired = isMet ? [] : [{ at: window.ends, eventId: window.lastEventId }];
  if (trigger.after.length > 0 || (isMet && trigger.for_each.length > 0)) return { window: undefined, fired };
  // One window follows the other. Where nobody was there for longer than one, no more than one of them fires.
  const follows = now < addSeconds(window.ends, trigger.within);
  return { window: newWindow(trigger, follows ? window.ends : now), fired };
}

/** The window with which a proactive trigger begins that waits for no event and counts nothing apart; undefined for others. */
export function firstWindow(trigger: EventTrigger, now: Timestamp): Window | undefined {
  const { posture, after, for_each } = trigger;
  return posture === "Proactive" && after.length === 0 && for_each.length === 0 ? newWindow(trigger, now) : undefined;
}

function newWindow({ within }: EventTrigger, starts: Timestamp): Window {
  return { starts, ends: addSeconds(starts, within), count: 0, lastEventId: null };
}

/**
 * When somebody has to look at the window though no event comes: at the deadline, or when it may be forgotten. Events that occurred long ago
 * may only arrive now, one after the other, so a window is kept for some time since `now`, when it was counted in.
 */
export function dueOf({ posture, within }: EventTrigger, { ends }: Window, now: Timestamp = ends): Timestamp {
  if (posture === "Proactive") return ends;
  const lastAwaited = Math.max(ends, now) as Timestamp;
  return addSeconds(lastAwaited, within === 0 ? forgetAfterSeconds : lookBackSeconds);
}
