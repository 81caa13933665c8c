import { microsPerSecond, parseTimestamp, type Timestamp } from "@ostinato/core";
import { type Cron, CronError, parseCron } from "./cron-grammar.ts";
import { cronWalls } from "./cron-walls.ts";
import { timesInZone, type WallsFrom } from "./in-zone.ts";
import { type Interval, intervalTimes, intervalWalls, isOnWallClock } from "./interval-times.ts";
import { scheduleError } from "./problem.ts";
import { parseRRule, RRuleError, type RuleSet } from "./rrule-text.ts";
import { rruleWalls, Steps } from "./rrule-walls.ts";
import {
  type CronSchedule,
  type IntervalSchedule,
  isCron,
  isInterval,
  type RRuleSchedule,
  type Schedule,
  zoneNameOf,
} from "./schedule.ts";
import type { WallTime } from "./wall-time.ts";
import type { InGap, Zone } from "./zone.ts";
import { zoneOrProblem } from "./zone-names.ts";

/** A schedule that has been read. `timesFrom` gives its times in order, each once; endless where the schedule is. */
export type CompiledSchedule = CompiledCron | CompiledInterval | CompiledRRule;

export interface CompiledCron {
  readonly kind: "cron";
  readonly zone: Zone;
  readonly walls: WallsFrom;
  readonly inGap: InGap;
  readonly cron: Cron;
  readonly dayOr: boolean;
  readonly timesFrom: (from: Timestamp) => Iterable<Timestamp>;
}

export interface CompiledInterval {
  readonly kind: "interval";
  readonly zone: Zone;
  /** Only from a day on: shorter intervals know no wall clock. */
  readonly walls: WallsFrom | undefined;
  readonly inGap: InGap;
  readonly interval: Interval;
  readonly timesFrom: (from: Timestamp) => Iterable<Timestamp>;
}

export interface CompiledRRule {
  readonly kind: "rrule";
  readonly zone: Zone;
  /** The walls and the times throw TooManySteps when finding the next one takes too long. */
  readonly walls: WallsFrom;
  readonly inGap: InGap;
  readonly rules: RuleSet;
  readonly timesFrom: (from: Timestamp) => Iterable<Timestamp>;
}

/** Throws a ScheduleError where a field can't be used. */
export function compile(schedule: Schedule): CompiledSchedule {
  const key = JSON.stringify(schedule);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const fresh = compileFresh(schedule);
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(key, fresh);
  return fresh;
}

/** Schedules come again in each pass of a scheduler. */
const maxCompiled = 2000;
const compiled = new Map<string, CompiledSchedule>();

function compileFresh(schedule: Schedule): CompiledSchedule {
  if (isCron(schedule)) return compileCron(schedule);
  return isInterval(schedule) ? compileInterval(schedule) : compileRRule(schedule);
}

function compileCron(schedule: CronSchedule): CompiledCron {
  const zone = zoneOf(schedule);
  const cron = readCron(schedule.cron);
  const dayOr = schedule.day_or ?? true;
  const walls = (from: WallTime) => cronWalls(cron, dayOr, from);
  const inGap = "later";
  return { kind: "cron", zone, walls, inGap, cron, dayOr, timesFrom: (from) => timesInZone(walls, zone, inGap, from) };
}

function readCron(expression: string): Cron {
  try {
    return parseCron(expression);
  } catch (error) {
    if (error instanceof CronError) throw scheduleError("cron", expression, error.message);
    throw error;
  }
}

function compileInterval(schedule: IntervalSchedule): CompiledInterval {
  const zone = zoneOf(schedule);
  const micros = Math.round(schedule.interval * microsPerSecond);
  if (!(micros >= 1) || !Number.isFinite(micros))
    throw scheduleError("interval", schedule.interval, "write a number of seconds above 0");
  const interval: Interval = { micros, anchor: anchorOf(schedule, zone), zone };
  const walls = isOnWallClock(interval) ? (from: WallTime) => intervalWalls(interval, from) : undefined;
  const inGap = "later";
  return { kind: "interval", zone, walls, inGap, interval, timesFrom: (from) => intervalTimes(interval, from) };
}

/** A few hundred milliseconds on a slow machine. */
const maxSteps = 300_000;

function compileRRule(schedule: RRuleSchedule): CompiledRRule {
  const zone = zoneOf(schedule);
  const rules = readRRule(schedule.rrule);
  const walls = (from: WallTime) => rruleWalls(rules, from, new Steps(maxSteps));
  const inGap = "earlier";
  return { kind: "rrule", zone, walls, inGap, rules, timesFrom: (from) => timesInZone(walls, zone, inGap, from) };
}

function readRRule(text: string): RuleSet {
  try {
    return parseRRule(text);
  } catch (error) {
    if (error instanceof RRuleError) throw scheduleError("rrule", text, error.message);
    throw error;
  }
}

/** Without an offset the anchor is a wall time of the zone. */
function anchorOf({ anchor_date: date }: IntervalSchedule, zone: Zone): Timestamp {
  const moment = parseTimestamp(date);
  if (moment === undefined) {
    throw scheduleError("anchor_date", date, 'write a date and time, such as "2026-01-01T09:00:00Z"');
  }
  if (/([zZ]|[+-]\d\d(:?\d\d)?)$/.test(date.slice(10)) || /^-?\d+(\.\d+)?$/.test(date)) return moment;
  const wall = Math.floor(moment / microsPerSecond);
  return (moment + (zone.secondAt(wall as WallTime, "later") - wall) * microsPerSecond) as Timestamp;
}

function zoneOf(schedule: Schedule): Zone {
  const name = zoneNameOf(schedule);
  const zone = zoneOrProblem(name);
  if (typeof zone === "string") throw scheduleError("timezone", name, zone);
  return zone;
}
