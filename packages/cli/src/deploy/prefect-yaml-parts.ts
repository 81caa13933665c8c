import { didYouMean } from "@ostinato/core";
import { usageError } from "../errors.ts";
import { asRecord, isAbsent, type YamlRecord } from "./yaml-values.ts";

const scheduleKeys = [
  "cron",
  "interval",
  "rrule",
  "timezone",
  "anchor_date",
  "active",
  "parameters",
  "slug",
  "replaces",
  "day_or",
];

/** `schedule`, or `schedules`, as options of a deployment. */
export function readYamlSchedules(what: string, deployment: YamlRecord): object {
  const { schedule, schedules } = deployment;
  const one = isAbsent(schedule) ? [] : [schedule];
  const all = isAbsent(schedules) ? one : schedules;
  if (!Array.isArray(all)) throw usageError(`${what}: schedules is ${JSON.stringify(all)}; give a list.`);
  // An empty mapping stands for no schedule, as the template of Prefect has it.
  const given = all
    .map((each, index) => asRecord(`${what}: schedules[${index}]`, each))
    .filter((each) => Object.keys(each).length > 0);
  return given.length === 0 ? {} : { schedules: given.map((each) => scheduleOf(what, each)) };
}

function scheduleOf(what: string, schedule: YamlRecord): object {
  const unknown = Object.keys(schedule).find((key) => !scheduleKeys.includes(key));
  if (unknown !== undefined) {
    throw usageError(
      `${what}: a schedule has no "${unknown}".${didYouMean(unknown, scheduleKeys) || ` It takes: ${scheduleKeys.join(", ")}.`}`,
    );
  }
  const { cron, interval, rrule, timezone, anchor_date, active, parameters, slug, day_or } = schedule;
  const options = {
    cron,
    rrule,
    timezone,
    slug,
    interval: isAbsent(interval) ? undefined : intervalOf(what, interval),
    anchor: anchor_date instanceof Date ? anchor_date.toISOString() : anchor_date,
    active: flag(active),
    dayOr: flag(day_or),
    parameters: isAbsent(parameters) || Object.keys(Object(parameters)).length === 0 ? undefined : parameters,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !isAbsent(value)));
}

/** What came of a placeholder is a text. */
function flag(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return { true: true, false: false }[value.toLowerCase()] ?? value;
}

const clockTime = /^(?:(\d+) days?,? )?(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/;
const isoDuration = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Seconds, `HH:MM:SS` or a duration of ISO 8601, as seconds. */
function intervalOf(what: string, interval: unknown): number {
  if (typeof interval === "number") return interval;
  const text = String(interval);
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const clock = clockTime.exec(text);
  if (clock !== null) return seconds([0, ...clock.slice(1)]);
  const iso = isoDuration.exec(text);
  if (iso !== null && /\d/.test(text)) return seconds(iso.slice(1));
  throw usageError(
    `${what}: interval is ${JSON.stringify(interval)}; give seconds, HH:MM:SS, or a duration such as PT30M.`,
  );
}

const unitSeconds = [604_800, 86_400, 3600, 60, 1];

/** Of weeks, days, hours, minutes and seconds. */
function seconds(parts: readonly (string | number | undefined)[]): number {
  return unitSeconds.reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0);
}

/** A number, or a mapping with what happens to a run that finds the limit reached. */
export function readYamlLimit(what: string, limit: unknown): unknown {
  if (isAbsent(limit) || typeof limit === "number") return limit;
  if (typeof limit === "string" && /^\d+$/.test(limit)) return Number(limit);
  const {
    limit: runs,
    collision_strategy: strategy,
    grace_period_seconds: grace,
  } = asRecord(`${what}: concurrency_limit`, limit);
  if (isAbsent(runs)) return undefined;
  return {
    limit: runs,
    ...(isAbsent(strategy) ? {} : { strategy: String(strategy).toLowerCase().replaceAll("_", "-") }),
    ...(isAbsent(grace) ? {} : { gracePeriod: grace }),
  };
}
