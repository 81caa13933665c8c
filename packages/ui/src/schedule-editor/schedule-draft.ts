import type { DeploymentScheduleCreate, Schedule } from "@ostinato/protocol";
import { isZone, momentInZone, wallTimeIn } from "../components/zoned-time.ts";

export const scheduleKinds = ["cron", "interval", "rrule"] as const;
export type ScheduleKind = (typeof scheduleKinds)[number];

export const intervalUnits = ["seconds", "minutes", "hours", "days", "weeks"] as const;
export type IntervalUnit = (typeof intervalUnits)[number];

/** A schedule as its fields hold it. The fields of all kinds are kept, so that trying another kind loses nothing. */
export interface ScheduleDraft {
  readonly kind: ScheduleKind;
  readonly timezone: string;
  readonly cron: string;
  /** Whether a day has to match both day fields of the cron expression. */
  readonly bothDays: boolean;
  /** The number of units, as it is typed. */
  readonly every: string;
  readonly unit: IntervalUnit;
  /** A wall time of the zone from which the interval counts; empty for the moment of saving. */
  readonly anchor: string;
  /** The anchor that is kept, whose parts of a second a field does not show. */
  readonly keptAnchor?: { readonly wall: string; readonly timezone: string; readonly date: string };
  readonly rrule: string;
  readonly active: boolean;
  readonly slug: string;
}

export function newDraft(timezone: string): ScheduleDraft {
  return {
    kind: "cron",
    timezone,
    cron: "0 6 * * 1-5",
    bothDays: false,
    every: "1",
    unit: "hours",
    anchor: "",
    rrule: "RRULE:FREQ=DAILY;BYHOUR=6;BYMINUTE=0;BYSECOND=0",
    active: true,
    slug: "",
  };
}

interface KeptSchedule {
  readonly schedule: Schedule;
  readonly active: boolean;
  readonly slug: string | null;
}

export function draftOf({ schedule, active, slug }: KeptSchedule): ScheduleDraft {
  const timezone = (schedule.timezone ?? "") === "" ? "UTC" : String(schedule.timezone);
  const draft = { ...newDraft(timezone), active, slug: slug ?? "" };
  if ("cron" in schedule) return { ...draft, kind: "cron", cron: schedule.cron, bothDays: !schedule.day_or };
  if ("rrule" in schedule) return { ...draft, kind: "rrule", rrule: schedule.rrule };
  const date = schedule.anchor_date;
  const anchor = wallTimeIn(Date.parse(date), timezone);
  return {
    ...draft,
    kind: "interval",
    anchor,
    keptAnchor: { wall: anchor, timezone, date },
    ...inUnits(schedule.interval),
  };
}

type ScheduleInput = DeploymentScheduleCreate["schedule"];

/** The schedule that the fields say, which may still have problems; undefined while the interval is not a number above 0. */
export function scheduleOf(draft: ScheduleDraft): ScheduleInput | undefined {
  const { kind, timezone } = draft;
  if (kind === "cron") return { cron: draft.cron, timezone, day_or: !draft.bothDays };
  if (kind === "rrule") return { rrule: draft.rrule, timezone };
  const interval = Number(draft.every) * secondsOf[draft.unit];
  if (!(interval > 0) || !Number.isFinite(interval)) return undefined;
  const anchor = anchorOf(draft);
  return { interval, timezone, ...(anchor === undefined ? {} : { anchor_date: anchor }) };
}

function anchorOf({ anchor, timezone, keptAnchor }: ScheduleDraft): string | undefined {
  if (anchor === keptAnchor?.wall && timezone === keptAnchor.timezone) return keptAnchor.date;
  const moment = momentInZone(anchor, knownZone(timezone));
  return moment === undefined ? undefined : new Date(moment).toISOString();
}

const secondsOf: Readonly<Record<IntervalUnit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  weeks: 604_800,
};

/** In the largest unit of which it is a whole number. */
function inUnits(seconds: number): { readonly every: string; readonly unit: IntervalUnit } {
  const unit = intervalUnits.findLast((one) => Number.isInteger(seconds / secondsOf[one])) ?? "seconds";
  return { every: String(seconds / secondsOf[unit]), unit };
}

/** The server says what is wrong with a zone that nobody knows. */
function knownZone(name: string): string {
  return isZone(name) ? name : "UTC";
}
