import { addSeconds, type Timestamp } from "@ostinato/core";
import type { Automation, Event } from "@ostinato/protocol";
import type { Firing } from "./composites.rules.ts";
import {
  type AutomationFiring,
  type Counter,
  type Counts,
  countDeadline,
  countEvent,
  counterOf,
  firingsByMetrics,
} from "./counting.rules.ts";
import { eventTriggersOf, knownAs } from "./known-triggers.rules.ts";
import { isMetric, type RunFigures } from "./metrics.rules.ts";
import { metricsInMemory } from "./metrics-in-memory.rules.ts";
import { dueOf, firstWindow, graceSeconds, type Window } from "./windows.rules.ts";

/** An automation that counts past events as if they came now. */
export interface Replay {
  /** Counts an event; undefined where no trigger takes it. Events come in the order of their times, after the deadlines before them. */
  take(event: Event): readonly AutomationFiring[] | undefined;
  /** Notices the next deadline before the moment; undefined where there is none. */
  nextDeadline(before: Timestamp): Deadline | undefined;
}

/** A deadline that was noticed. */
export interface Deadline {
  readonly at: Timestamp;
  readonly firings: readonly AutomationFiring[];
}

interface Beginning {
  readonly since: Timestamp;
  readonly newId: () => string;
  /** What is known of the run of an event. */
  readonly figures: (event: Event) => RunFigures | undefined;
}

/** Begins to count at a moment, as the automation would if it had been created then. */
export function replayOf(automation: Automation, { since, newId, figures }: Beginning): Replay {
  const known = knownAs(0, [automation]);
  const counts = countsInMemory();
  const counting = { counts, newId };
  const metrics = metricsInMemory(figures, newId);
  for (const entry of eventTriggersOf(automation)) {
    counts.setWindow({ entry, values: [] }, firstWindow(entry.trigger, since));
  }
  return {
    take(event) {
      const entries = known.find(event);
      if (entries.length === 0) return undefined;
      return entries.flatMap((entry) =>
        isMetric(entry)
          ? firingsByMetrics(metrics.take(entry, event), counting)
          : countEvent(counterOf(entry, event), event, counting),
      );
    },
    nextDeadline(before) {
      const next = counts.earliest();
      const look = metrics.nextDue();
      if (look !== undefined && look <= before && (next === undefined || look <= next.due)) {
        return { at: look, firings: firingsByMetrics(metrics.lookAt(look), counting) };
      }
      if (next === undefined) return undefined;
      const noticed = addSeconds(next.due, graceSeconds);
      if (noticed > before) return undefined;
      const isProactive = next.counter.entry.trigger.posture === "Proactive";
      const firings = isProactive ? countDeadline(next.counter, noticed, counting) : [];
      if (!isProactive) counts.setWindow(next.counter, undefined);
      return { at: next.due, firings };
    },
  };
}

interface Kept {
  readonly counter: Counter;
  readonly window: Window;
  readonly due: Timestamp;
}

interface CountsInMemory extends Counts {
  /** What has to be looked at first though no event comes. */
  earliest(): Kept | undefined;
}

function countsInMemory(): CountsInMemory {
  const windows = new Map<string, Kept>();
  const firings = new Map<string, readonly Firing[]>();
  /** Looked for only where the one that is known has changed. */
  let earliest: Kept | undefined;

  return {
    windowOf: (counter) => windows.get(nameOf(counter))?.window,
    setWindow(counter, window) {
      const name = nameOf(counter);
      if (windows.get(name) === earliest) earliest = undefined;
      if (window === undefined) {
        windows.delete(name);
        return;
      }
      const kept = { counter, window, due: dueOf(counter.entry.trigger, window) };
      windows.set(name, kept);
      if (earliest !== undefined && kept.due < earliest.due) earliest = kept;
    },
    firingsIn: ({ id }) => firings.get(id) ?? [],
    setFirings: (_entry, { id }, kept) => firings.set(id, kept),
    earliest() {
      if (earliest !== undefined) return earliest;
      for (const kept of windows.values()) if (earliest === undefined || kept.due < earliest.due) earliest = kept;
      return earliest;
    },
  };
}

function nameOf({ entry, values }: Counter): string {
  return `${entry.trigger.id} ${JSON.stringify(values)}`;
}
