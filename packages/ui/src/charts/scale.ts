/** Ticks and scales of the charts, of times in milliseconds and of amounts. */
const timeSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
  1_209_600_000, 2_592_000_000, 7_776_000_000,
] as const;

/** The smallest comfortable step that leaves at most `most` ticks in a span. */
export function timeStep(span: number, most: number): number {
  return timeSteps.find((step) => span / step <= most) ?? span / most;
}

export function ticks(from: number, to: number, step: number): readonly number[] {
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

/** Ticks at local midnight and local hours rather than those of UTC. */
export function localTicks(from: number, to: number, step: number): readonly number[] {
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  return ticks(from - offset, to - offset, step).map((at) => at + offset);
}

const roundLeads = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10] as const;

/** A round number at or above `value`, little above it. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return Math.round((roundLeads.find((step) => step >= lead) ?? 10) * power * 1e6) / 1e6;
}

const roundDurations = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 6, 10, 20, 30, 60, 120, 240, 360, 600, 1200, 1800, 3600, 7200, 14_400,
  21_600, 43_200,
] as const;

/** A duration in seconds at or above `value` whose half reads well too: the top of an axis. */
export function roundDuration(value: number): number {
  return roundDurations.find((step) => step >= value) ?? Math.ceil(value / 86_400) * 86_400;
}
