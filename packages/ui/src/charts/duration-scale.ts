/** From a duration in seconds to its part of a chart's height, with the durations that its axis names. */
export interface DurationScale {
  readonly log: boolean;
  readonly ticks: readonly number[];
  readonly share: (seconds: number) => number;
}

/** Steps of a logarithmic axis on which people count. */
const ladder = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 6_048_000] as const;
/** From here on the short ones would all lie on the ground of an even axis. */
const wideRatio = 20;
/** From here on one that is far longer presses all others down. */
const farRatio = 5;

/** A duration in seconds at or above `value` whose half reads well too: the top of an axis. */
function roundDuration(value: number): number {
  return roundDurations.find((step) => step >= value) ?? Math.ceil(value / 86_400) * 86_400;
}

const roundDurations = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 6, 10, 20, 30, 60, 120, 240, 360, 600, 1200, 1800, 3600, 7200, 14_400,
  21_600, 43_200,
] as const;

/** Even where the durations are alike, logarithmic where they differ widely; what is shorter than the axis is clipped. */
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
