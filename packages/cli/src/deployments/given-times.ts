import { type Duration, durationSeconds } from "@ostinato/core";
import { usageError } from "../errors.ts";

/** The seconds of a duration given on the command line: `10m`, or a number of seconds. */
export function readDuration(option: string, text: string): number {
  try {
    return durationSeconds((/^\d+(\.\d+)?$/.test(text) ? Number(text) : text) as Duration);
  } catch {
    throw usageError(`${option}: ${JSON.stringify(text)} is not a duration. Write it like this: 30s, 10m, 6h, 1d.`);
  }
}

/** A moment given on the command line: a date or a time, by the machine's time zone where it names no offset, or `in 10m`. */
export function readMoment(option: string, text: string, now = Date.now()): Date {
  const span = /^in\s+(\S+)$/.exec(text.trim())?.[1];
  if (span !== undefined) return new Date(now + readDuration(option, span) * 1000);
  // A bare date is a local day, and not one of UTC as JavaScript has it.
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.valueOf())) return date;
  throw usageError(
    `${option}: ${JSON.stringify(text)} is not a time. Write it like this: 2026-12-01, 2026-12-01T06:00:00Z, or "in 10m".`,
  );
}
