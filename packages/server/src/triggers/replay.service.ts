import { addSeconds, formatTimestamp, randomId, type Timestamp, toTimestamp } from "@ostinato/core";
import { type Automation, automationTestLimits, type Event, type EventFilter } from "@ostinato/protocol";
import { inOrder } from "../events/event-pages.service.ts";
import type { Context } from "../kernel/context.ts";
import type { Firing } from "./composites.rules.ts";
import { beginningOf, isPattern } from "./glob.rules.ts";
import { eventTriggersOf } from "./known-triggers.rules.ts";
import { isMetric, type RunFigures } from "./metrics.rules.ts";
import { figuresOfEvents } from "./metrics.service.ts";
import { type Replay, replayOf } from "./replay.rules.ts";
import { idsRequiredBy, patternsOf } from "./requirements.rules.ts";

/** What an automation would have done over past events. */
export interface Replayed {
  readonly until: Timestamp;
  /** Whether the replay reached the present. */
  readonly isComplete: boolean;
  readonly read: number;
  readonly matched: number;
  readonly count: number;
  /** The latest firings, the first of them first. */
  readonly firings: readonly Firing[];
}

/** Events of one query: with larger payloads they take some megabytes. */
const pageSize = 200;
/** One query looks at so much time, so that a replay can end between two of them. */
const stretchSeconds = 6 * 3600;

/** Counts the events since a moment as the automation would have counted them, within bounds of events and time. */
export async function replay(context: Context, automation: Automation, since: Timestamp): Promise<Replayed> {
  const { clock } = context;
  const now = clock.now();
  const begun = clock.elapsed();
  let figures: (event: Event) => RunFigures | undefined = () => undefined;
  const hasMetrics = eventTriggersOf(automation).some(isMetric);
  const tally = createTally(
    replayOf(automation, { since, newId: randomId, figures: (event) => figures(event) }),
    since,
  );
  const isOver = () => tally.isFull() || clock.elapsed() - begun > automationTestLimits.seconds;
  const wanted = eventsWantedBy(automation);
  for (let start = since; start < now && !isOver(); start = addSeconds(start, stretchSeconds)) {
    const end = Math.min(addSeconds(start, stretchSeconds), now) as Timestamp;
    const occurred = {
      since: formatTimestamp(start),
      until: formatTimestamp(end < now ? ((end - 1) as Timestamp) : now),
    };
    const filter: EventFilter = { ...wanted, order: "ASC", occurred };
    let after: Event | undefined;
    do {
      const events: readonly Event[] = await inOrder(context, { filter, limit: pageSize, after });
      after = events.length < pageSize ? undefined : events.at(-1);
      if (hasMetrics) figures = await figuresOfEvents(context, events);
      tally.take(events);
    } while (after !== undefined && !isOver());
    if (after === undefined) tally.passTo(end);
  }
  const counted = tally.counted();
  return { ...counted, isComplete: counted.until >= now };
}

interface Tally {
  take(events: readonly Event[]): void;
  /** Notices the deadlines until then. */
  passTo(moment: Timestamp): void;
  /** Whether the bound of what is counted is reached. */
  isFull(): boolean;
  counted(): Omit<Replayed, "isComplete">;
}

function createTally(counting: Replay, since: Timestamp): Tally {
  const { events: maxSteps, shownFirings } = automationTestLimits;
  const counts = { until: since, read: 0, matched: 0, count: 0 };
  let deadlines = 0;
  let firings: readonly Firing[] = [];

  const isFull = () => counts.read + deadlines >= maxSteps;

  function fired(found: readonly { readonly firing: Firing }[]): void {
    if (found.length === 0) return;
    counts.count += found.length;
    firings = [...firings, ...found.map(({ firing }) => firing)].slice(-shownFirings);
  }

  function passTo(moment: Timestamp): void {
    while (!isFull()) {
      const found = counting.nextDeadline(moment);
      if (found === undefined) {
        counts.until = moment;
        return;
      }
      deadlines += 1;
      counts.until = found.at;
      fired(found.firings);
    }
  }

  return {
    take(events) {
      for (const event of events) {
        passTo(toTimestamp(event.occurred));
        if (isFull()) return;
        counts.read += 1;
        const found = counting.take(event);
        if (found === undefined) continue;
        counts.matched += 1;
        fired(found);
      }
    },
    passTo,
    isFull,
    counted: () => ({ ...counts, firings }),
  };
}

/** A query with more names or ids takes longer than reading events that nobody wants. */
const maxNarrowing = 500;

/** A filter that all events meet which a trigger of the automation takes. */
export function eventsWantedBy(automation: Automation): EventFilter {
  const triggers = eventTriggersOf(automation).map(({ trigger }) => trigger);
  const patterns = [...new Set(triggers.flatMap(patternsOf))];
  const required = triggers.map(idsRequiredBy);
  const ids = [...new Set(required.flatMap((each) => each ?? []))];
  const haveIds = ids.length > 0 && ids.length <= maxNarrowing && !required.includes(undefined);
  return { ...named(patterns), ...(haveIds ? { any_resource: { id: ids } } : {}) };
}

function named(patterns: readonly string[]): EventFilter {
  if (patterns.length > maxNarrowing) return {};
  if (!patterns.some(isPattern)) return { event: { name: [...patterns] } };
  const beginnings = [...new Set(patterns.map(beginningOf))];
  return beginnings.includes("") ? {} : { event: { prefix: beginnings } };
}
