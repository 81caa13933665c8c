const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const steps = [
  ...[0.001, 0.01, 0.1, 1, 10, 100].flatMap((unit) => [1, 2, 5].map((count) => count * unit)),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((count) => count * day),
];

/** Round times after a start, of which at most `max` lie in a span. All are milliseconds. */
export function offsetTicks(
  from: number,
  to: number,
  max: number,
): { readonly ticks: readonly number[]; readonly step: number } {
  const step = steps.find((length) => (to - from) / length <= max) ?? 1000 * day;
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return { step, ticks: Array.from({ length: count }, (_, index) => (first + index) * step) };
}
