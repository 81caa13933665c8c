import { randomUUID } from "node:crypto";

/** Seconds: the time that windows, compounds and deadlines have. Deadlines have no shorter one. */
export const withinSeconds = 10;

function reactive(event: string, fields: object = {}) {
  return { type: "event", posture: "Reactive", expect: [event], ...fields };
}

/** The triggers of the automations under test. */
export const triggers = {
  each: reactive("chaos.each"),
  third: reactive("chaos.third", { threshold: 3, within: withinSeconds, for_each: ["prefect.resource.id"] }),
  both: {
    type: "compound",
    require: "all",
    within: withinSeconds,
    triggers: [reactive("chaos.one"), reactive("chaos.other")],
  },
  missing: {
    type: "event",
    posture: "Proactive",
    after: ["chaos.begun"],
    expect: ["chaos.done"],
    for_each: ["prefect.resource.id"],
    within: withinSeconds,
  },
  /** Is switched off and on. */
  switched: reactive("chaos.switched"),
} as const;

export type Kind = keyof typeof triggers;
export const kinds = Object.keys(triggers) as readonly Kind[];

/** Events that are sent one after the other, and what has to come of them. */
export interface Round {
  /** The names of the events and when each occurs, in seconds after the first one. */
  readonly events: readonly (readonly [name: string, after: number])[];
  /** The events of each firing, by their places. */
  readonly fires: readonly (readonly number[])[];
}

const third = (...times: readonly number[]) => times.map((after) => ["chaos.third", after] as const);

/** Each round is about a resource of its own. */
export const roundsOfThird: readonly Round[] = [
  { events: third(0, 1, 2), fires: [[2]] },
  // What comes after the firing, before the window would have ended, does not count.
  { events: third(0, 1, 2, 3, 4, 5), fires: [[2]] },
  { events: third(0, 9), fires: [] },
  { events: third(0, 1, 11), fires: [] },
  { events: third(0, 1, 11, 12, 13), fires: [[4]] },
  { events: third(0, 1, 2, 30, 31, 32), fires: [[2], [5]] },
];

/** Rounds are a minute apart, so that what one leaves has no part in the next. */
export const roundsOfBoth: readonly Round[] = [
  { events: roundOfBoth("one", 0, "other", 1), fires: [[0, 1]] },
  { events: roundOfBoth("other", 0, "one", 9), fires: [[0, 1]] },
  { events: roundOfBoth("one", 0, "one", 1), fires: [] },
  { events: roundOfBoth("one", 0, "other", 11), fires: [] },
  // The latest of those that were there twice.
  { events: [...roundOfBoth("one", 0, "one", 6), ["chaos.other", 12]], fires: [[1, 2]] },
];

function roundOfBoth(first: string, at: number, second: string, after: number): Round["events"] {
  return [
    [`chaos.${first}`, at],
    [`chaos.${second}`, after],
  ];
}

/** A range of `occurred`: what a server tells of whose clock was moved is far ahead. */
export const everyTime = { since: "2000-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z" };

/** An event in the form that clients send. */
export interface AutomationEvent {
  readonly id: string;
  readonly occurred: string;
  readonly event: string;
  readonly resource: Readonly<Record<string, string>>;
}

/** The event occurs at `millis`, or now. */
export function eventOf(event: string, resource: string, millis = Date.now()): AutomationEvent {
  const occurred = new Date(millis).toISOString();
  return { id: randomUUID(), occurred, event, resource: { "prefect.resource.id": resource } };
}
