import { addSeconds, isUuid, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import type { Unit } from "../kernel/unit.ts";
import * as queries from "./metrics.queries.ts";
import {
  afterLook,
  countedBy,
  figureOf,
  firstMetricState,
  type KnownMetric,
  type MetricFiring,
  type MetricState,
  metricFiring,
  nextLook,
  type RunFigures,
  sliceOf,
} from "./metrics.rules.ts";

/** A metric trigger takes an event. */
export interface MetricHit {
  readonly entry: KnownMetric;
  readonly event: Event;
}

/** Adds events to what metrics have counted, and looks at their figures. */
export async function countMetrics(unit: Unit, hits: readonly MetricHit[]): Promise<readonly MetricFiring[]> {
  if (hits.length === 0) return [];
  const figures = await figuresOf(unit.tx, hits);
  const slices = new Map<string, queries.SliceRow>();
  for (const { entry, event } of hits) {
    const { metric, id } = entry.metric;
    const counted = countedBy(metric, event, figures.get(runOf(event)));
    if (counted === undefined) continue;
    const starts = sliceOf(metric, toTimestamp(event.occurred));
    const name = `${id} ${starts}`;
    const { runs = 0, total = 0 } = slices.get(name) ?? {};
    const row = { trigger_id: id, starts, automation_id: entry.automation.id };
    slices.set(name, { ...row, runs: runs + 1, total: total + counted });
  }
  await queries.addToSlices(unit.tx, [...slices.values()]);
  return lookAt(unit, [...new Set(hits.map(({ entry }) => entry))]);
}

/** Looks at the figures of metrics, and keeps where they stand. */
export async function lookAt(unit: Unit, entries: readonly KnownMetric[]): Promise<readonly MetricFiring[]> {
  const now = unit.context.clock.now();
  const ids = entries.map(({ metric }) => metric.id);
  const before = new Map((await queries.metricsOf(unit.tx, ids)).map((row) => [row.trigger_id, stateOf(row)]));
  const rows: queries.MetricRow[] = [];
  const firings: MetricFiring[] = [];
  for (const entry of entries) {
    const { id, metric } = entry.metric;
    await queries.forgetSlices(unit.tx, id, addSeconds(now, -metric.range));
    const sum = await queries.sumOf(unit.tx, id);
    const value = figureOf(metric, sum);
    const { state, changed } = afterLook(metric, before.get(id) ?? firstMetricState, value, now);
    rows.push({
      trigger_id: id,
      automation_id: entry.automation.id,
      is_triggered: state.isTriggered ? 1 : 0,
      crossed: state.crossed,
      due: nextLook(metric, state, sum.oldest),
    });
    if (changed === undefined || value === undefined) continue;
    firings.push({ entry, firing: metricFiring({ id: timeOrderedId(now), triggerId: id, now }, value, changed) });
  }
  await queries.putMetrics(unit.tx, rows);
  return firings;
}

function stateOf({ is_triggered, crossed }: queries.MetricRow): MetricState {
  return { isTriggered: is_triggered === 1, crossed };
}

/** The figures of the runs of events, for a replay. */
export async function figuresOfEvents(
  { db }: Context,
  events: readonly Event[],
): Promise<(event: Event) => RunFigures | undefined> {
  const ids = [...new Set(events.map(runOf))].filter(isUuid);
  const figures = new Map((await queries.timesOfRuns(db.read, ids)).map((row) => [row.id, figuresIn(row)]));
  return (event) => figures.get(runOf(event));
}

function runOf({ resource }: Event): string {
  return (resource["prefect.resource.id"] ?? "").slice("prefect.flow-run.".length);
}

/** The figures of the runs, where some metric wants them. */
async function figuresOf(reader: Reader, hits: readonly MetricHit[]): Promise<ReadonlyMap<string, RunFigures>> {
  const wanted = hits.filter(({ entry }) => entry.metric.metric.name !== "successes");
  const ids = [...new Set(wanted.map(({ event }) => runOf(event)))].filter(isUuid);
  return new Map((await queries.timesOfRuns(reader, ids)).map((row) => [row.id, figuresIn(row)]));
}

function figuresIn({ total_run_time, start_time, expected_start_time }: queries.RunTimes): RunFigures {
  const lateness = start_time === null || expected_start_time === null ? 0 : start_time - expected_start_time;
  return { duration: Number(total_run_time), lateness };
}
