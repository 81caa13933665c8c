/** Maps a duration in seconds to a fraction of a chart's height, with the durations for axis labels. */
export interface DurationScale {
  readonly log: boolean;
  readonly ticks: readonly number[];
  readonly share: (seconds: number) => number;
}

/** Readable steps of a logarithmic axis. */
const ladder = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 6_048_000] as const;
/** From this ratio on, short durations would vanish at the bottom of a linear axis. */
const wideRatio = 20;
/** From this ratio on, an outlier would flatten all others. */
const farRatio = 5;

/** A duration in seconds at or above `value` whose half is also a round one: the top of an axis. */
function roundDuration(value: number): number {
  return roundDurations.find((step) => step >= value) ?? Math.ceil(value / 86_400) * 86_400;
}

const roundDurations = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 6, 10, 20, 30, 60, 120, 240, 360, 600, 1200, 1800, 3600, 7200, 14_400,
  21_600, 43_200,
] as const;

/** Linear where the durations are similar, logarithmic where they differ widely; durations below the axis are clipped. */
export function durationScale(durations: readonly number[]): DurationScale {
  const sorted = durations.filter((value) => value > 0).sort((a, b) => a - b);
  const longest = sorted.at(-1) ?? 1;
  const short = sorted[Math.floor(sorted.length * 0.02)] ?? longest;
  const middle = sorted[Math.floor(sorted.length / 2)] ?? longest;
  if (longest / short < wideRatio && longest / middle < farRatio) {
    const top = roundDuration(longest);
    return { log: false, ticks: [0, top / 2, top], share: (value) => Math.min(1, Math.max(0, value / top)) };
  }
  const from = ladder.findLast((step) => step <= short) ?? ladder[0];
  const to = Math.max(roundDuration(longest), from * 10);
  const span = Math.log(to / from);
  const steps = ladder.filter((step) => step >= from && step <= to);
  const every = Math.ceil(steps.length / 5);
  return {
    log: true,
    ticks: steps.filter((_, index) => (steps.length - 1 - index) % every === 0),
    share: (value) => (value <= 0 ? 0 : Math.min(1, Math.max(0, Math.log(value / from) / span))),
  };
}
