/**
 * Formats every time, span and amount of the pages, so that equal values look alike. Times are ISO text with microseconds, or milliseconds
 * since 1970.
 */
export type Time = string | number;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export function milliseconds(time: Time): number {
  return typeof time === "number" ? time : Date.parse(time);
}

/** `820 ms`, `1.2 s`, `3 m 04 s`, `2 h 05 m`, `3 d 04 h`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms === 0) return "0 s";
  if (ms < 1) return "< 1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / second).toFixed(1)} s`;
  const seconds = Math.round(ms / second);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${padded(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${padded(hours % 24)} h`;
}

export function seconds(value: number): string {
  return duration(value * second);
}

/** A span as an axis label, without zeros: `10 m` for `10 m 00 s`. */
export function axisSeconds(value: number): string {
  return seconds(value).replace(/ 00 [smh]$|(?<=\d)\.0(?= s$)/, "");
}

/** The time since the start of a run, to tell the rows of one run apart: `+12 ms`, `+1.24 s`, `+3 m 04 s`. */
export function sinceStart(ms: number): string {
  const size = Math.abs(ms);
  const text = size >= second && size < minute ? `${(size / second).toFixed(2)} s` : duration(size);
  return `${ms < 0 ? "−" : "+"}${text}`;
}

/** The label of a tick on an axis of times since a start, with as many digits as tell ticks `stepMs` apart. */
export function axisOffset(ms: number, stepMs: number): string {
  if (Math.abs(ms) < minute && stepMs < second && Math.abs(ms) >= second) {
    const decimals = Math.min(3, Math.max(1, Math.ceil(-Math.log10(stepMs / second))));
    return `${ms < 0 ? "−" : ""}${(Math.abs(ms) / second).toFixed(decimals)} s`;
  }
  if (stepMs < second && Math.abs(ms) >= minute) {
    const whole = Math.trunc(ms / second);
    return `${axisOffset(whole * second, second)} ${Math.round(Math.abs(ms) - Math.abs(whole) * second)} ms`;
  }
  if (Math.abs(ms) >= hour && stepMs < minute) return inUnits(ms, [hour, minute, second]);
  if (Math.abs(ms) >= day && stepMs < hour) return inUnits(ms, [day, hour, minute]);
  return axisSeconds(ms / second);
}

const unitNames = new Map([
  [day, "d"],
  [hour, "h"],
  [minute, "m"],
  [second, "s"],
]);

/** `1 h 00 m 04 s`, without the zeros at its end. */
function inUnits(ms: number, units: readonly number[]): string {
  let rest = Math.abs(ms);
  const parts = units.map((unit, at) => {
    const whole = Math.floor(rest / unit);
    rest -= whole * unit;
    return `${at === 0 ? whole : padded(whole)} ${unitNames.get(unit)}`;
  });
  return `${ms < 0 ? "−" : ""}${parts.join(" ").replace(/(?: 00 [smh])+$/, "")}`;
}

/** A span that counts while it is shown: whole seconds, so that it doesn't flicker. */
export function countingDuration(ms: number): string {
  if (ms < minute) return `${Math.max(0, Math.floor(ms / second))} s`;
  return duration(Math.floor(ms / second) * second);
}

/** `12 s ago`, `in 5 min`, `3 h ago`, `2 d ago`, then the date. */
export function relative(time: Time, now: number): string {
  const away = milliseconds(time) - now;
  const span = Math.abs(away);
  if (span < 5 * second) return "now";
  if (span >= 30 * day) return date(time);
  const words = coarse(span);
  return away < 0 ? `${words} ago` : `in ${words}`;
}

/** A time in full, with its zone: `2026-11-22 04:40:48.123 GMT+1`. */
export function exact(time: Time): string {
  const moment = new Date(milliseconds(time));
  if (Number.isNaN(moment.getTime())) return "–";
  return `${isoDate(moment)} ${clockText(moment)}.${String(moment.getMilliseconds()).padStart(3, "0")} ${zoneName(moment)}`;
}

/** `22 Nov`, with the year unless it is the current one. */
export function date(time: Time): string {
  const moment = new Date(milliseconds(time));
  const sameYear = moment.getFullYear() === new Date().getFullYear();
  return (sameYear ? dayMonth : dayMonthYear).format(moment);
}

/** `04:40:48.123`: for a log line, whose day is shown elsewhere. */
export function clock(time: Time): string {
  const moment = new Date(milliseconds(time));
  if (Number.isNaN(moment.getTime())) return "–";
  return `${clockText(moment)}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}

/** `22 Nov, 04:40`. */
export function dateAndClock(time: Time): string {
  const moment = new Date(milliseconds(time));
  return `${date(time)}, ${padded(moment.getHours())}:${padded(moment.getMinutes())}`;
}

/** The server writes times for every reader; this one has a clock of their own: `22 Nov, 04:40:48`. */
export function withReadableTimes(text: string): string {
  return text.replace(
    /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g,
    (time) => `${date(time)}, ${clock(time).slice(0, 8)}`,
  );
}

/** `22 Nov, 04:40 – 06:10`, with the second day if it differs, and seconds if the span is short. */
export function spanText(from: Time, to: Time): string {
  const [start, end] = [new Date(milliseconds(from)), new Date(milliseconds(to))];
  const isShort = end.getTime() - start.getTime() < 10 * minute;
  const time = (at: Date) => clockText(at).slice(0, isShort ? 8 : 5);
  const sameDay = isoDate(start) === isoDate(end);
  return `${date(start.getTime())}, ${time(start)} – ${sameDay ? "" : `${date(end.getTime())}, `}${time(end)}`;
}

/** The label of a tick on a time axis with ticks `stepMs` apart. */
export function axisTime(time: Time, stepMs: number): string {
  const moment = new Date(milliseconds(time));
  if (stepMs >= day) return date(time);
  const hoursMinutes = `${padded(moment.getHours())}:${padded(moment.getMinutes())}`;
  return stepMs >= minute ? hoursMinutes : `${hoursMinutes}:${padded(moment.getSeconds())}`;
}

export function count(value: number): string {
  return number.format(value);
}

/** `12 runs`, `1 run`. */
export function amount(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `940 B`, `1.2 KiB`, `3.4 MiB`. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"] as const;
  const power = Math.min(units.length, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** power).toFixed(1)} ${units[power - 1] ?? "KiB"}`;
}

export function percent(share: number, decimals = share === 1 || share === 0 ? 0 : 1): string {
  if (share > 0.999 && share < 1) return "99.9 %";
  return `${(share * 100).toFixed(decimals)} %`;
}

const number = new Intl.NumberFormat("en-GB");
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

function coarse(span: number): string {
  if (span < minute) return `${Math.round(span / second)} s`;
  if (span < hour) return `${Math.round(span / minute)} min`;
  if (span < day) return `${Math.round(span / hour)} h`;
  return `${Math.round(span / day)} d`;
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}

function isoDate(moment: Date): string {
  return `${moment.getFullYear()}-${padded(moment.getMonth() + 1)}-${padded(moment.getDate())}`;
}

function clockText(moment: Date): string {
  return `${padded(moment.getHours())}:${padded(moment.getMinutes())}:${padded(moment.getSeconds())}`;
}

function zoneName(moment: Date): string {
  return zone.formatToParts(moment).find((part) => part.type === "timeZoneName")?.value ?? "";
}
