/**
 * A time in whole microseconds since 1970-01-01T00:00:00Z. A safe integer from 1684 to 2255, so it is exact in a JavaScript number,
 * in SQLite's INTEGER and in PostgreSQL's bigint, and sorts correctly in all three.
 */
export type Timestamp = number & { readonly __unit: "microseconds since the epoch" };

/** The same time on the wire: `2026-11-21T20:20:06.404865Z`, UTC, without a fraction of zero. */
export type WireTimestamp = string;

export const microsPerSecond = 1_000_000;

export const earliestMoment = Number.MIN_SAFE_INTEGER; // July 1684
export const latestMoment = Number.MAX_SAFE_INTEGER; // June 2255

/** Numbers beyond this, in either direction, are milliseconds: nobody means the year 2604. */
export const maxEpochSeconds = 20_000_000_000;

const isoPattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * Parses a client's time: ISO 8601 with `T` or a space, `Z`, an offset or neither (then UTC), or a number of seconds since the
 * epoch, of milliseconds beyond `maxEpochSeconds`. Returns undefined for anything else. Digits beyond microseconds are dropped.
 */
export function parseTimestamp(input: string | number): Timestamp | undefined {
  return typeof input === "number" ? fromEpoch(input) : fromIso(input.trim());
}

/** Like `parseTimestamp`, for input that has been validated already; throws a RangeError when it was not. */
export function toTimestamp(input: string | number): Timestamp {
  const timestamp = parseTimestamp(input);
  if (timestamp === undefined) throw new RangeError(`${JSON.stringify(input)} is not a date and time`);
  return timestamp;
}

export function formatTimestamp(timestamp: Timestamp): WireTimestamp {
  const day = Math.floor(timestamp / microsPerDay);
  if (day !== lastDay) {
    lastDate = new Date(day * 86_400_000).toISOString().slice(0, -14);
    lastDay = day;
  }
  const micros = timestamp - day * microsPerDay;
  const seconds = Math.floor(micros / microsPerSecond);
  const fraction = micros - seconds * microsPerSecond;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const time = `${lastDate}T${twoDigits[hours]}:${twoDigits[minutes - hours * 60]}:${twoDigits[seconds - minutes * 60]}`;
  return fraction === 0 ? `${time}Z` : `${time}.${String(fraction).padStart(6, "0")}Z`;
}

/** Orders moments, the earlier first. As texts they have no order: a whole second is written without a fraction. */
export function compareTimestamps(one: WireTimestamp, other: WireTimestamp): number {
  return toTimestamp(one) - toTimestamp(other);
}

const microsPerDay = 86_400 * microsPerSecond;
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** Most moments of an answer fall on one day, and its date is what costs: a page of 200 runs has over a thousand. */
let lastDay = Number.NaN;
let lastDate = "";

export function addSeconds(timestamp: Timestamp, seconds: number): Timestamp {
  return (timestamp + Math.round(seconds * microsPerSecond)) as Timestamp;
}

/** Seconds from `start` to `end`, with a fraction. */
export function secondsBetween(start: Timestamp, end: Timestamp): number {
  return (end - start) / microsPerSecond;
}

export function fromMillis(millis: number): Timestamp {
  return Math.round(millis * 1000) as Timestamp;
}

export function toMillis(timestamp: Timestamp): number {
  return timestamp / 1000;
}

function fromEpoch(number: number): Timestamp | undefined {
  return inRange(Math.round(number * (Math.abs(number) > maxEpochSeconds ? 1000 : microsPerSecond)));
}

function fromIso(text: string): Timestamp | undefined {
  const match = isoPattern.exec(text);
  if (match === null) return /^-?\d+(\.\d+)?$/.test(text) ? fromEpoch(Number(text)) : undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const millis = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(millis);
  if (Number(year) < 100) return undefined; // Date.UTC would read it as 19xx
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  return inRange(millis * 1000 + micros - offsetMinutes(zone) * 60 * microsPerSecond);
}

function offsetMinutes(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4) || "0"));
}

function inRange(micros: number): Timestamp | undefined {
  return Number.isSafeInteger(micros) ? (micros as Timestamp) : undefined;
}
