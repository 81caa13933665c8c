import { addSeconds, secondsBetween, timeOrderedId } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import { readPlainJson } from "../db/json-text.ts";
import { readManyBy } from "../events/event-pages.service.ts";
import { defineConsumer } from "../kernel/consumer.ts";
import type { Context } from "../kernel/context.ts";
import type { WrittenDelivery } from "../kernel/delivery.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import {
  type AutomationFiring,
  type Counter,
  countDeadline,
  countEvent,
  counterOf,
  firingsByMetrics,
  type KnownTrigger,
} from "./counting.rules.ts";
import { nameOf, nameOfRow, readCounts } from "./counts.service.ts";
import { fire } from "./firings.service.ts";
import type { Known } from "./known.ts";
import * as metrics from "./metrics.queries.ts";
import { isMetric, type MetricFiring } from "./metrics.rules.ts";
import { countMetrics, lookAt, type MetricHit } from "./metrics.service.ts";
import * as queries from "./windows.queries.ts";
import { graceSeconds } from "./windows.rules.ts";

/** After a start or a jump of the clock clients that were cut off get this time to send what happened meanwhile. */
const resendSeconds = 10;
/** Windows that one unit of work looks at. */
const maxDue = 200;

/** Has triggers count events and notice deadlines. */
export const automations = defineConsumer({
  name: "automations",
  wants: { takenByTriggers: true },
  async handle(unit, batch) {
    const known = await unit.context.automations.knownIn(unit.tx);
    const taken = await takenBy(unit, known, batch);
    if (taken.length === 0) return "done";
    const measured = await countMetrics(unit, taken.filter(isOfMetric));
    const counted = taken
      .filter(({ entry }) => !isMetric(entry))
      .map(({ entry, event }) => ({ event, counter: counterOf(entry, event) }));
    const counters = [...counted.map(({ counter }) => counter), ...measured.map(counterOfMetric)];
    const counts = await readCounts(unit.tx, counters);
    const newId = idsOf(unit);
    const firings: AutomationFiring[] = [];
    for (const { event, counter } of counted) firings.push(...countEvent(counter, event, { counts, newId }));
    firings.push(...firingsByMetrics(measured, { counts, newId }));
    await counts.write(unit.tx, unit.context.clock.now());
    const events = new Set(taken.map(({ event }) => event));
    await fire(unit, firings, [...events]);
    return "done";
  },
  timed: {
    async secondsUntilDue(context) {
      const { db, clock } = context;
      await keepWindows(context);
      const [due, look] = [await queries.earliestDue(db.read), await metrics.earliestLook(db.read)];
      const untilLook = look === undefined ? [] : [secondsBetween(clock.now(), look)];
      if (due === undefined) return untilLook[0];
      const seconds = secondsBetween(clock.now(), due) + graceSeconds;
      return Math.min(Math.max(seconds, secondsOfSettling(context, due)), ...untilLook);
    },
    async handle(unit, coming) {
      const outcome = await noticeDeadlines(unit, coming);
      await lookAtMetrics(unit);
      return outcome;
    },
  },
});

/** Deadlines that passed while no server was there, or awake, wait for the events that clients still have. */
function secondsOfSettling({ automations, clock }: Context, due: number): number {
  const { begun } = automations.jumps;
  if (due >= begun.at) return Number.NEGATIVE_INFINITY;
  return resendSeconds - (clock.elapsed() - begun.elapsed);
}

/** Keeps windows that look old only because the clock has jumped ahead. Where several servers do, they are kept for even longer. */
async function keepWindows(context: Context): Promise<void> {
  const { jumps } = context.automations;
  const seconds = jumps.ahead();
  if (seconds === 0) return;
  await unit(context, ({ tx }) => queries.forgetLater(tx, seconds));
  jumps.settle();
}

/** Looks at the windows whose time has come, but for those in which an event counts that is there and can't be handled yet. */
async function noticeDeadlines(unit: Unit, coming: readonly WrittenDelivery[]): Promise<"done" | "later"> {
  const { clock } = unit.context;
  const now = clock.now();
  const known = await unit.context.automations.knownIn(unit.tx);
  const due = await queries.dueWindows(unit.tx, addSeconds(now, -graceSeconds), maxDue);
  const awaited = due.length === 0 ? new Set<string>() : await windowsAwaited(unit, known, coming);
  const rows = due.filter((row) => !awaited.has(nameOfRow(row)));
  const counters = rows.flatMap((row) => counterOfRow(known, row) ?? []);
  const counts = await readCounts(unit.tx, counters);
  const newId = idsOf(unit);
  const firings = counters.flatMap((counter) => countDeadline(counter, now, { counts, newId }));
  await counts.write(unit.tx, now);
  // What is left belongs to triggers that wait for nothing: their windows are old and forgotten.
  await queries.deleteWindows(
    unit.tx,
    rows.filter((row) => counterOfRow(known, row) === undefined),
  );
  await fire(unit, firings, []);
  return rows.length < due.length ? "later" : "done";
}

/** The names of the windows in which these events will count. */
async function windowsAwaited(
  unit: Unit,
  known: Known,
  coming: readonly WrittenDelivery[],
): Promise<ReadonlySet<string>> {
  const taken = await takenBy(unit, known, coming);
  return new Set(taken.map(({ entry, event }) => nameOf(counterOf(entry, event))));
}

interface Taken {
  readonly entry: KnownTrigger;
  readonly event: Event;
}

/** The events of these deliveries with each trigger that counts them. */
async function takenBy({ tx }: Unit, known: Known, deliveries: readonly WrittenDelivery[]): Promise<readonly Taken[]> {
  if (deliveries.length === 0) return [];
  const asOf = new Map(deliveries.map(({ ref, as_of }) => [ref, as_of ?? known.version]));
  const events = await readManyBy(tx, [...asOf.keys()]);
  return events.flatMap((event) =>
    known.counting(event, asOf.get(event.id) ?? known.version).map((entry) => ({ event, entry })),
  );
}

/** Looks at the figures of metrics that change as time passes. */
async function lookAtMetrics(unit: Unit): Promise<void> {
  const now = unit.context.clock.now();
  const rows = await metrics.dueMetrics(unit.tx, now, maxDue);
  if (rows.length === 0) return;
  const known = await unit.context.automations.knownIn(unit.tx);
  const entries = rows.flatMap(({ trigger_id }) => known.triggerOf(trigger_id) ?? []).filter(isMetric);
  const found = new Set(entries.map(({ trigger }) => trigger.id));
  await metrics.deleteMetrics(
    unit.tx,
    rows.map(({ trigger_id }) => trigger_id).filter((id) => !found.has(id)),
  );
  const measured = await lookAt(unit, entries);
  const counts = await readCounts(unit.tx, measured.map(counterOfMetric));
  const firings = firingsByMetrics(measured, { counts, newId: idsOf(unit) });
  await counts.write(unit.tx, now);
  await fire(unit, firings, []);
}

function isOfMetric(taken: Taken): taken is MetricHit {
  return isMetric(taken.entry);
}

function counterOfMetric({ entry }: MetricFiring): Counter {
  return { entry, values: [] };
}

function counterOfRow(known: Known, { trigger_id, labels }: queries.WindowRow): Counter | undefined {
  const entry = known.triggerOf(trigger_id);
  return entry?.trigger.posture === "Proactive" ? { entry, values: readPlainJson(labels) } : undefined;
}

function idsOf({ context }: Unit): () => string {
  return () => timeOrderedId(context.clock.now());
}
