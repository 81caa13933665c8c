import type { Static } from "typebox";
import { Maybe, Moment, MomentInput, Nullable, Open, Strict, Type } from "./schema.ts";

/** A zone of the IANA database, such as `Europe/Berlin`. */
const timezone = Maybe(Type.String({ maxLength: 100 }));

/** Five fields in the grammar of croniter. `day_or` starts on days that match either of the two day fields, else on those that match both. */
const CronInput = Strict({ cron: Type.String({ maxLength: 1000 }), timezone, day_or: Maybe(Type.Boolean()) });

/**
 * Every `interval`, counted from `anchor_date`: seconds with a fraction, or a duration as ISO 8601 or `HH:MM:SS`. Whole days are
 * days of the time zone, the rest is elapsed time. Without an anchor it counts from the request.
 */
const IntervalInput = Strict({
  interval: Type.Union([Type.Number(), Type.String({ maxLength: 100 })]),
  anchor_date: Type.Optional(MomentInput),
  timezone,
});

/** A recurrence rule of RFC 5545 with at most 6,500 characters. All dates in it are wall times of the time zone, `UTC` by default. */
const RRuleInput = Strict({ rrule: Type.String({ maxLength: 100_000 }), timezone });

/** When a deployment runs by itself. The service checks what the schedule says. */
export const ScheduleInput = Type.Union([IntervalInput, CronInput, RRuleInput]);
export type ScheduleInput = Static<typeof ScheduleInput>;

export const CronSchedule = Open({
  cron: Type.String(),
  timezone: Nullable(Type.String()),
  day_or: Type.Boolean(),
});
export type CronSchedule = Static<typeof CronSchedule>;

/** `interval` is in seconds. */
export const IntervalSchedule = Open({
  interval: Type.Number(),
  anchor_date: Moment,
  timezone: Nullable(Type.String()),
});
export type IntervalSchedule = Static<typeof IntervalSchedule>;

export const RRuleSchedule = Open({ rrule: Type.String(), timezone: Nullable(Type.String()) });
export type RRuleSchedule = Static<typeof RRuleSchedule>;

export const Schedule = Type.Union([IntervalSchedule, CronSchedule, RRuleSchedule]);
export type Schedule = Static<typeof Schedule>;
