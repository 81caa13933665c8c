import type { MarkedProcess } from "./marks.ts";

/** How many runs might be claimed at once in a time: in the whole pool, and in queues of it. Infinity where there was no limit, 0 while paused. */
export interface LimitsOfPool {
  readonly pool: number;
  readonly queues: Readonly<Record<string, number>>;
}

/** Limits from a moment on, until those after them. Moments are nanoseconds of the clock of the marks. */
export interface LimitPeriod extends LimitsOfPool {
  /** When the server was asked for them. */
  readonly askedAt: bigint;
  /** When it was read who held a slot, after the server had taken them over. */
  readonly readAt: bigint;
  /** The claims that held a slot then: those may go beyond the limits, and no others. */
  readonly held: ReadonlySet<string>;
}

export interface LimitsJudged {
  /** In their order. The first is from before all processes. */
  readonly periods: readonly LimitPeriod[];
  readonly processes: readonly MarkedProcess[];
  /** The queue of each deployment. */
  readonly queueOf: Readonly<Record<string, string>>;
}

/**
 * The moments at which more processes worked than the limits allow. A process is counted under the limits that were in force when its run was
 * claimed: of processes that work at one moment, the one claimed last was claimed while all others held their slots.
 */
export function exceededLimits({ periods, processes, queueOf }: LimitsJudged): readonly string[] {
  const claimed = processes.map((process) => ({ process, period: periodOf(periods, process) }));
  const overPool = mostOver(claimed, periods, ({ pool }) => pool);
  const byQueue = Map.groupBy(claimed, ({ process }) => queueOf[process.deployment] ?? "");
  const overQueues = [...byQueue].flatMap(([queue, list]) =>
    mostOver(list, periods, ({ queues }) => queues[queue] ?? Number.POSITIVE_INFINITY).map(
      (line) => `queue ${queue}: ${line}`,
    ),
  );
  return [...overPool.map((line) => `pool: ${line}`), ...overQueues];
}

interface Claimed {
  readonly process: MarkedProcess;
  /** The index of the last period that surely had begun when the run was claimed. */
  readonly period: number;
}

function periodOf(periods: readonly LimitPeriod[], { from, claim }: MarkedProcess): number {
  return Math.max(
    0,
    periods.findLastIndex(({ readAt, held }) => from > readAt && !held.has(claim)),
  );
}

function mostOver(
  claimed: readonly Claimed[],
  periods: readonly LimitPeriod[],
  limitOf: (limits: LimitsOfPool) => number,
): readonly string[] {
  return claimed.flatMap(({ process: { from, run } }) => {
    const working = claimed.filter(({ process }) => process.from <= from && from < process.to);
    const limit = limitFor(working, periods, limitOf);
    return working.length > limit ? [`${working.length} processes when run ${run} began, the limit was ${limit}`] : [];
  });
}

/** Limits that were being changed when a process began may have been in force already. */
function limitFor(
  working: readonly Claimed[],
  periods: readonly LimitPeriod[],
  limitOf: (limits: LimitsOfPool) => number,
): number {
  const last = Math.max(0, ...working.map(({ period }) => period));
  const possible = periods.filter(
    ({ askedAt }, index) => index === last || (index > last && working.some(({ process }) => process.from > askedAt)),
  );
  return Math.max(...possible.map(limitOf));
}
