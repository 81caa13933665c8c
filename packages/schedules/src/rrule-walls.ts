import { dayFilter } from "./rrule-days.ts";
import type { Rule, RuleSet } from "./rrule-text.ts";
import {
  dateOf,
  dayOf,
  dayOfDate,
  endOfTime,
  modulo,
  secondsPerDay,
  type WallTime,
  wallTime,
  weekdayOf,
} from "./wall-time.ts";

/**
 * How many days and periods a search may look at. A rule has none for centuries, or a count that began years ago; neither may
 * hold up the server.
 */
export class Steps {
  #left: number;

  constructor(max: number) {
    this.#left = max;
  }

  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new TooManySteps();
  }
}

export class TooManySteps extends Error {
  override readonly name = "TooManySteps";
}

/** The wall times of a recurrence from `from` on, in order, each once. */
export function* rruleWalls(set: RuleSet, from: WallTime, steps: Steps): Generator<WallTime, void> {
  const excluded = merged(set.excludedRules.map((rule) => ruleWalls(rule, from, steps)));
  let nextExcluded = excluded.next();
  let last: WallTime | undefined;
  for (const wall of merged([...set.rules.map((rule) => ruleWalls(rule, from, steps)), fromList(set.dates, from)])) {
    while (!nextExcluded.done && nextExcluded.value < wall) nextExcluded = excluded.next();
    const isExcluded = set.excludedDates.has(wall) || nextExcluded.value === wall;
    if (wall !== last && !isExcluded) yield wall;
    last = wall;
  }
}

function* fromList(walls: readonly WallTime[], from: WallTime): Generator<WallTime, void> {
  for (const wall of walls) if (wall >= from) yield wall;
}

function* merged(sources: readonly Generator<WallTime, void>[]): Generator<WallTime, void> {
  const [only] = sources;
  if (only !== undefined && sources.length === 1) return yield* only;
  const heads = sources.map((source) => ({ source, next: source.next() }));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (first === undefined || first.next.done || head.next.value < first.next.value) first = head;
    }
    if (first === undefined || first.next.done) return;
    yield first.next.value;
    first.next = first.source.next();
  }
}

/** Rules are entered at the period of `from`, but for a count, which has to be counted from the start. */
function* ruleWalls(rule: Rule, from: WallTime, steps: Steps): Generator<WallTime, void> {
  const { entry, left } = placeToEnter(rule, from);
  let index = 0;
  let before: WallTime | undefined;
  for (const wall of entriesFrom(rule, entry, steps)) {
    if (index >= left || (rule.until !== undefined && wall > rule.until)) break;
    if (wall < from) {
      before = wall;
    } else {
      if (before !== undefined) counted.set(rule, { entry: before, left: left - index + 1 });
      before = undefined;
      yield wall;
    }
    index += 1;
  }
  if (before !== undefined) counted.set(rule, { entry: before, left: left - index + 1 });
}

interface PlaceToEnter {
  readonly entry: WallTime;
  /** How many times come from there on. */
  readonly left: number;
}

/** Where a count was the last time that it was asked for: a scheduler asks again and again, and always later. */
const counted = new WeakMap<Rule, PlaceToEnter>();

function placeToEnter(rule: Rule, from: WallTime): PlaceToEnter {
  const { count, start } = rule;
  if (count === undefined) return { entry: from > start ? from : start, left: Number.POSITIVE_INFINITY };
  const known = counted.get(rule);
  return known !== undefined && known.entry <= from ? known : { entry: start, left: count };
}

function* entriesFrom(rule: Rule, entry: WallTime, steps: Steps): Generator<WallTime, void> {
  const unit = unitSeconds.get(rule.frequency);
  const periods = unit === undefined ? periodsOfDays(rule, entry, steps) : periodsOfTime(rule, unit, entry, steps);
  for (const period of periods) {
    for (const wall of rule.positions.length === 0 ? period : picked(period, rule.positions)) {
      if (wall >= entry) yield wall;
    }
  }
}

function lastWall({ until }: Rule): WallTime {
  return until !== undefined && until < endOfTime ? until : endOfTime;
}

function picked(period: readonly WallTime[], positions: readonly number[]): readonly WallTime[] {
  const found = positions.flatMap((position) => period.at(position > 0 ? position - 1 : position) ?? []);
  return [...new Set(found)].toSorted((a, b) => a - b);
}

/** The wall times of each year, month, week or day of a rule. */
function* periodsOfDays(rule: Rule, entry: WallTime, steps: Steps): Generator<readonly WallTime[], void> {
  const matches = dayFilter(rule);
  const times = rule.hours.flatMap((hour) =>
    rule.minutes.flatMap((minute) => rule.seconds.map((second) => hour * 3600 + minute * 60 + second)),
  );
  const period = daysOfPeriod(rule);
  for (let index = period.indexOf(dayOf(entry)); ; index += 1) {
    const { first, end } = period.at(index);
    if (first * secondsPerDay > lastWall(rule)) return;
    const walls: WallTime[] = [];
    for (let day = first; day < end; day += 1) {
      steps.take();
      if (matches(day)) for (const time of times) walls.push(wallTime(day, time));
    }
    yield walls;
  }
}

interface Period {
  readonly first: number;
  readonly end: number;
}

interface Periods {
  /** The last period that begins on `day` or before, counted from that of the rule's start. */
  readonly indexOf: (day: number) => number;
  readonly at: (index: number) => Period;
}

function daysOfPeriod(rule: Rule): Periods {
  const { interval } = rule;
  const startDay = dayOf(rule.start);
  const { year, month } = dateOf(startDay);
  switch (rule.frequency) {
    case "YEARLY":
      return {
        indexOf: (day) => Math.floor((dateOf(day).year - year) / interval),
        at: (index) => ({
          first: dayOfDate(year + index * interval, 1, 1),
          end: dayOfDate(year + index * interval + 1, 1, 1),
        }),
      };
    case "MONTHLY":
      return {
        indexOf: (day) => Math.floor(((dateOf(day).year - year) * 12 + dateOf(day).month - month) / interval),
        at: (index) => ({
          first: dayOfDate(year, month + index * interval, 1),
          end: dayOfDate(year, month + index * interval + 1, 1),
        }),
      };
    case "WEEKLY": {
      const weekStart = startDay - modulo(weekdayOf(startDay) - rule.weekStart, 7);
      const first = (index: number) => weekStart + index * interval * 7;
      return {
        indexOf: (day) => Math.floor((day - weekStart) / (interval * 7)),
        // The first week has no days before the start, which BYSETPOS would count.
        at: (index) => ({ first: index === 0 ? startDay : first(index), end: first(index) + 7 }),
      };
    }
    default:
      return {
        indexOf: (day) => Math.floor((day - startDay) / interval),
        at: (index) => ({ first: startDay + index * interval, end: startDay + index * interval + 1 }),
      };
  }
}

const unitSeconds: ReadonlyMap<string, number> = new Map([
  ["HOURLY", 3600],
  ["MINUTELY", 60],
  ["SECONDLY", 1],
]);

/** The wall times of each hour, minute or second of a rule. */
function* periodsOfTime(rule: Rule, unit: number, entry: WallTime, steps: Steps): Generator<readonly WallTime[], void> {
  const matches = dayFilter(rule);
  const base = rule.start - modulo(rule.start, unit);
  const length = unit * rule.interval;
  const indexFrom = (wall: number) => Math.ceil((wall - base) / length);
  const inPeriod = timesInPeriod(rule, unit);
  const last = lastWall(rule);
  let checkedDay: number | undefined;
  for (let index = Math.floor((entry - base) / length); ; ) {
    steps.take();
    const wall = (base + index * length) as WallTime;
    if (wall > last) return;
    const day = dayOf(wall);
    if (day !== checkedDay && !matches(day)) {
      index = indexFrom((day + 1) * secondsPerDay);
      continue;
    }
    checkedDay = day;
    const skip = secondsToSkip(rule, unit, wall);
    if (skip > 0) {
      index = indexFrom(wall + skip);
      continue;
    }
    yield inPeriod.map((time) => (wall + time) as WallTime);
    index += 1;
  }
}

/** How far the next hour, minute or second is, where this one is not in the rule. */
function secondsToSkip({ hours, minutes, seconds }: Rule, unit: number, wall: WallTime): number {
  const hour = Math.floor(modulo(wall, secondsPerDay) / 3600);
  if (hours.length > 0 && !hours.includes(hour)) return 3600 - modulo(wall, 3600);
  if (unit <= 60 && minutes.length > 0 && !minutes.includes(Math.floor(modulo(wall, 3600) / 60)))
    return 60 - modulo(wall, 60);
  return unit === 1 && seconds.length > 0 && !seconds.includes(modulo(wall, 60)) ? 1 : 0;
}

function timesInPeriod({ minutes, seconds }: Rule, unit: number): readonly number[] {
  if (unit === 1) return [0];
  if (unit === 60) return seconds;
  return minutes.flatMap((minute) => seconds.map((second) => minute * 60 + second));
}
