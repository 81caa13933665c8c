import { addSeconds, failureStateTypes, type StateType, type Timestamp } from "@ostinato/core";
import type { Event, EventTrigger, MetricQuery, MetricTrigger } from "@ostinato/protocol";
import type { Firing } from "./composites.rules.ts";
import type { KnownTrigger } from "./counting.rules.ts";

/** Runs of one stretch of a metric's range, with what is counted of them. */
export interface Slice {
  readonly runs: number;
  /** Runs that succeeded, or the microseconds of all. */
  readonly total: number;
}

/** What is known of a run, in microseconds. */
export interface RunFigures {
  readonly duration: number;
  readonly lateness: number;
}

/** A metric trigger among those that are known. */
export interface KnownMetric extends KnownTrigger {
  readonly metric: MetricTrigger;
}

export function isMetric(entry: KnownTrigger): entry is KnownMetric {
  return entry.metric !== undefined;
}

/** A metric trigger fires, or resolves. */
export interface MetricFiring {
  readonly entry: KnownMetric;
  readonly firing: Firing;
}

/** Where a metric trigger stands. */
export interface MetricState {
  readonly isTriggered: boolean;
  /** Since when the figure has been on the other side of the threshold. */
  readonly crossed: Timestamp | null;
}

export const firstMetricState: MetricState = { isTriggered: false, crossed: null };

/** A range has so many slices: a run leaves it at most so much too late. */
const slicesOfRange = 60;
const succeeded: StateType = "COMPLETED";
const running: StateType = "RUNNING";

/** The trigger that takes the events by which the metric is counted. */
export function eventsOfMetric({ id, match, match_related, metric }: MetricTrigger): EventTrigger {
  const types = metric.name === "lateness" ? [running] : [succeeded, ...failureStateTypes];
  return {
    type: "event",
    id,
    match: { "prefect.state-type": types, ...match },
    match_related,
    after: [],
    expect: ["prefect.flow-run.*"],
    for_each: [],
    posture: "Reactive",
    threshold: 1,
    within: 0,
  };
}

/** What an event of a run counts; undefined where it counts nothing, as where nothing is known of the run any more. */
export function countedBy({ name }: MetricQuery, event: Event, figures: RunFigures | undefined): number | undefined {
  const { "prefect.state-type": type, "prefect.run-count": runCount } = event.resource;
  if (name === "successes") return type === succeeded ? 1 : 0;
  if (name === "duration") return figures?.duration;
  // Later attempts begin when they do, whatever was planned.
  return runCount === "1" && figures !== undefined ? Math.max(0, figures.lateness) : undefined;
}

/** The beginning of the slice to which a moment belongs. */
export function sliceOf({ range }: MetricQuery, moment: Timestamp): Timestamp {
  const width = Math.ceil((range / slicesOfRange) * 1_000_000);
  return (Math.floor(moment / width) * width) as Timestamp;
}

/** The figure in the unit of the threshold; undefined without runs. A rate is in percent where the threshold is above 1. */
export function figureOf({ name, threshold }: MetricQuery, { runs, total }: Slice): number | undefined {
  if (runs === 0) return undefined;
  if (name !== "successes") return total / runs / 1_000_000;
  return (total / runs) * (threshold > 1 ? 100 : 1);
}

type Change = "triggered" | "resolved";

export interface Look {
  readonly state: MetricState;
  readonly changed: Change | undefined;
}

/** What a look at the figure leads to. Without runs nothing is known, so nothing changes. */
export function afterLook(metric: MetricQuery, state: MetricState, value: number | undefined, now: Timestamp): Look {
  const { isTriggered } = state;
  if (value === undefined || isBeyond(metric, value) === isTriggered) {
    return { state: { isTriggered, crossed: null }, changed: undefined };
  }
  const crossed = state.crossed ?? now;
  if (now < addSeconds(crossed, metric.firing_for)) return { state: { isTriggered, crossed }, changed: undefined };
  return {
    state: { isTriggered: !isTriggered, crossed: null },
    changed: isTriggered ? "resolved" : "triggered",
  };
}

function isBeyond({ operator, threshold }: MetricQuery, value: number): boolean {
  switch (operator) {
    case "<":
      return value < threshold;
    case "<=":
      return value <= threshold;
    case ">":
      return value > threshold;
    case ">=":
      return value >= threshold;
    default:
      return operator satisfies never;
  }
}

/** When the figure is looked at though no run counts: when it has been on the other side for long enough, or when its oldest slice leaves. */
export function nextLook(
  { firing_for, range }: MetricQuery,
  { crossed }: MetricState,
  oldest: Timestamp | null,
): Timestamp | null {
  const times = [
    ...(crossed === null ? [] : [addSeconds(crossed, firing_for)]),
    ...(oldest === null ? [] : [addSeconds(oldest, range)]),
  ];
  return times.length === 0 ? null : (Math.min(...times) as Timestamp);
}

interface Fires {
  readonly id: string;
  readonly triggerId: string;
  readonly now: Timestamp;
}

/** The firing by a metric that has changed its state. */
export function metricFiring({ id, triggerId, now }: Fires, value: number, changed: Change): Firing {
  const own = { id, trigger_id: triggerId, at: now, labels: {}, event_id: null, firings: [], value };
  return changed === "resolved" ? { ...own, resolved: true } : own;
}
