import { addSeconds, secondsBetween, timeOrderedId } from "@ostinato/core";
import { readPlainJson } from "../db/json-text.ts";
import { readManyBy } from "../events/event-pages.service.ts";
import { defineConsumer } from "../kernel/consumer.ts";
import type { Context } from "../kernel/context.ts";
import type { Unit } from "../kernel/unit.ts";
import { type AutomationFiring, type Counter, countDeadline, countEvent, counterOf } from "./counting.rules.ts";
import { readCounts } from "./counts.service.ts";
import { fire } from "./firings.service.ts";
import type { Known } from "./known-triggers.rules.ts";
import * as queries from "./windows.queries.ts";
import { graceSeconds } from "./windows.rules.ts";

/** After a start clients that were cut off get this time to send what happened meanwhile. */
const resendSeconds = 10;
/** Windows that one unit of work looks at. */
const maxDue = 200;

/** Has triggers count events and notice deadlines. */
export const automations = defineConsumer({
  name: "automations",
  wants: { takenByTriggers: true },
  async handle(unit, batch) {
    const known = await unit.context.automations.knownIn(unit.tx);
    const events = await readManyBy(
      unit.tx,
      batch.map(({ ref }) => ref),
    );
    const counted = events.flatMap((event) =>
      known.index.find(event).map((entry) => ({ event, counter: counterOf(entry, event) })),
    );
    if (counted.length === 0) return "done";
    const counts = await readCounts(
      unit.tx,
      counted.map(({ counter }) => counter),
    );
    const newId = idsOf(unit);
    const firings: AutomationFiring[] = [];
    for (const { event, counter } of counted) firings.push(...countEvent(counter, event, { counts, newId }));
    await counts.write(unit.tx);
    await fire(unit, firings, events);
    return "done";
  },
  timed: {
    async secondsUntilDue(context) {
      const due = await queries.earliestDue(context.db.read);
      if (due === undefined) return undefined;
      const seconds = secondsBetween(context.clock.now(), due) + graceSeconds;
      return Math.max(seconds, secondsOfSettling(context, due));
    },
    handle: noticeDeadlines,
  },
});

/** Deadlines that passed while no server was there wait for the events that clients still have. */
function secondsOfSettling({ automations, clock }: Context, due: number): number {
  if (due >= automations.begun.at) return Number.NEGATIVE_INFINITY;
  return resendSeconds - (clock.elapsed() - automations.begun.elapsed);
}

/** Looks at the windows whose time has come. */
async function noticeDeadlines(unit: Unit): Promise<void> {
  const { clock } = unit.context;
  const now = clock.now();
  const known = await unit.context.automations.knownIn(unit.tx);
  const rows = await queries.dueWindows(unit.tx, addSeconds(now, -graceSeconds), maxDue);
  const counters = rows.flatMap((row) => counterOfRow(known, row) ?? []);
  const counts = await readCounts(unit.tx, counters);
  const newId = idsOf(unit);
  const firings = counters.flatMap((counter) => countDeadline(counter, now, { counts, newId }));
  await counts.write(unit.tx);
  // What is left belongs to triggers that wait for nothing: their windows are old and forgotten.
  await queries.deleteWindows(
    unit.tx,
    rows.filter((row) => counterOfRow(known, row) === undefined),
  );
  await fire(unit, firings, []);
}

function counterOfRow(known: Known, { trigger_id, labels }: queries.WindowRow): Counter | undefined {
  const entry = known.triggers.get(trigger_id);
  return entry?.trigger.posture === "Proactive" ? { entry, values: readPlainJson(labels) } : undefined;
}

function idsOf({ context }: Unit): () => string {
  return () => timeOrderedId(context.clock.now());
}
