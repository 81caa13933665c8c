import {
  type TimeInterval,
  timeDay,
  timeHour,
  timeMillisecond,
  timeMinute,
  timeMonday,
  timeMonth,
  timeSecond,
  timeYear,
} from "d3-time";

/** Steps of the reader's clock: a day begins at midnight even after a change of the clock. */
export interface TimeSteps {
  /** Milliseconds from one step to the next, unless the clock changes in between. */
  readonly length: number;
  /** The starts of the steps in a span. */
  ticks(from: number, to: number): readonly number[];
  /** The starts of the steps that cover a span, and the end of the last one. */
  edges(from: number, to: number): readonly number[];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 366 * day;

const ladder = [
  ...multiples(timeMillisecond, 1, [1, 2, 5, 10, 20, 50, 100, 200, 500]),
  ...multiples(timeSecond, second, [1, 2, 5, 10, 15, 30]),
  ...multiples(timeMinute, minute, [1, 2, 5, 10, 15, 30]),
  ...multiples(timeHour, hour, [1, 2, 3, 6, 12]),
  ...multiples(timeDay, day, [1, 2]),
  ...multiples(timeMonday, 7 * day, [1, 2]),
  ...multiples(timeMonth, 31 * day, [1, 3]),
  ...multiples(timeYear, year, [1, 2, 5, 10, 20, 50, 100]),
];

/** The shortest steps, of `minLength` or longer, of which at most `max` fit into a span. All times are milliseconds. */
export function timeSteps(from: number, to: number, max: number, minLength = 0): TimeSteps {
  const found = ladder.find(({ length }) => length >= minLength && (to - from) / length <= max);
  const { interval, length } = found ?? { interval: timeYear, length: year };
  return {
    length,
    ticks: (start, end) => interval.range(new Date(start), new Date(end + 1)).map(Number),
    edges: (start, end) => {
      const [begin, stop] = [interval.floor(new Date(start)), interval.ceil(new Date(end))];
      return [...interval.range(begin, stop), stop].map(Number);
    },
  };
}

function multiples(unit: { every(step: number): TimeInterval | null }, length: number, counts: readonly number[]) {
  return counts.flatMap((count) => {
    const interval = unit.every(count);
    return interval === null ? [] : [{ interval, length: count * length }];
  });
}
