import { addSeconds, type Timestamp, toTimestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
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
  type Slice,
  sliceOf,
} from "./metrics.rules.ts";

/** What metric triggers have counted, for a replay. */
export interface MetricsInMemory {
  take(entry: KnownMetric, event: Event): readonly MetricFiring[];
  /** When the next metric is looked at though no run counts. */
  nextDue(): Timestamp | undefined;
  /** Looks at the metrics that are due then. */
  lookAt(now: Timestamp): readonly MetricFiring[];
}

interface Standing {
  readonly slices: Map<Timestamp, Slice>;
  state: MetricState;
  due: Timestamp | null;
}

export function metricsInMemory(
  figures: (event: Event) => RunFigures | undefined,
  newId: () => string,
): MetricsInMemory {
  const standings = new Map<KnownMetric, Standing>();

  function look(entry: KnownMetric, standing: Standing, now: Timestamp): readonly MetricFiring[] {
    const { metric, id } = entry.metric;
    const { slices } = standing;
    for (const starts of slices.keys()) if (starts <= addSeconds(now, -metric.range)) slices.delete(starts);
    const sum = { runs: 0, total: 0 };
    for (const { runs, total } of slices.values()) {
      sum.runs += runs;
      sum.total += total;
    }
    const value = figureOf(metric, sum);
    const { state, changed } = afterLook(metric, standing.state, value, now);
    standing.state = state;
    const oldest = slices.size === 0 ? null : (Math.min(...slices.keys()) as Timestamp);
    standing.due = nextLook(metric, state, oldest);
    if (changed === undefined || value === undefined) return [];
    return [{ entry, firing: metricFiring({ id: newId(), triggerId: id, now }, value, changed) }];
  }

  return {
    take(entry, event) {
      const { metric } = entry.metric;
      const standing = standings.get(entry) ?? { slices: new Map(), state: firstMetricState, due: null };
      standings.set(entry, standing);
      const counted = countedBy(metric, event, figures(event));
      const occurred = toTimestamp(event.occurred);
      if (counted !== undefined) {
        const starts = sliceOf(metric, occurred);
        const { runs, total } = standing.slices.get(starts) ?? { runs: 0, total: 0 };
        standing.slices.set(starts, { runs: runs + 1, total: total + counted });
      }
      return look(entry, standing, occurred);
    },
    nextDue() {
      const due = [...standings.values()].flatMap((standing) => standing.due ?? []);
      return due.length === 0 ? undefined : (Math.min(...due) as Timestamp);
    },
    lookAt: (now) =>
      [...standings].flatMap(([entry, standing]) =>
        standing.due !== null && standing.due <= now ? look(entry, standing, now) : [],
      ),
  };
}
