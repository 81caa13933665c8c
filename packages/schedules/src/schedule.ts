import type { WireTimestamp } from "@ostinato/core";

/**
 * When a deployment runs by itself, as it is on the wire. `timezone` is a name of the IANA database; null, absent or empty means
 * UTC.
 */
export type Schedule = CronSchedule | IntervalSchedule | RRuleSchedule;

export interface CronSchedule {
  /** Five fields in croniter's grammar, or six with seconds last, or seven with the year behind them. */
  readonly cron: string;
  readonly timezone?: string | null;
  /** A day has to match either of the two day fields (true, the default) or both of them (false). */
  readonly day_or?: boolean | null;
}

export interface IntervalSchedule {
  /** Seconds, with a fraction. From a day on they are counted on the clock of the zone, below it in elapsed time. */
  readonly interval: number;
  /** One of the runs, from which all others are counted. Without an offset it is a wall time of the zone. */
  readonly anchor_date: WireTimestamp;
  readonly timezone?: string | null;
}

export interface RRuleSchedule {
  /** Lines of RFC 5545: `RRULE`, `DTSTART`, `RDATE`, `EXDATE`, `EXRULE`. All dates in them are wall times of the zone. */
  readonly rrule: string;
  readonly timezone?: string | null;
}

export function isCron(schedule: Schedule): schedule is CronSchedule {
  return "cron" in schedule;
}

export function isInterval(schedule: Schedule): schedule is IntervalSchedule {
  return "interval" in schedule;
}

/** The name of the schedule's zone. */
export function zoneNameOf({ timezone }: Schedule): string {
  return timezone === undefined || timezone === null || timezone === "" ? "UTC" : timezone;
}
