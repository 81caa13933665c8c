/** A time in UTC, as Python's `datetime`. */
export class Moment {
  readonly type = "datetime";
  /** Since the epoch. */
  readonly time: number;

  constructor(time: number) {
    this.time = time;
  }
}

/** Python's `date`. */
export class Day {
  readonly type = "date";
  readonly moment: Moment;

  constructor(moment: Moment) {
    this.moment = new Moment(Math.floor(moment.time / dayMicroseconds) * dayMicroseconds);
  }
}

/** A time of the day, as Python's `time`. */
export class DayTime {
  readonly type = "time";
  readonly moment: Moment;

  constructor(moment: Moment) {
    this.moment = new Moment(moment.time - new Day(moment).moment.time);
  }
}

/** A stretch of time, as Python's `timedelta`. */
export class Span {
  readonly type = "timedelta";
  readonly microseconds: number;

  constructor(microseconds: number) {
    this.microseconds = microseconds;
  }
}

const second = 1_000_000;
export const daySeconds = 86_400;
const dayMicroseconds = daySeconds * second;

export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** 0 is Monday. */
  readonly weekday: number;
  /** 1 for the second of two equal times of a day whose clock is set back, which UTC does not have. */
  readonly fold: number;
}

export function partsOf({ time }: Moment): DateParts {
  const date = new Date(Math.floor(time / 1000));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    microsecond: ((time % second) + second) % second,
    weekday: (date.getUTCDay() + 6) % 7,
    fold: 0,
  };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

export function dateText(moment: Moment): string {
  const { year, month, day } = partsOf(moment);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

export function timeText(moment: Moment): string {
  const { hour, minute, second, microsecond } = partsOf(moment);
  const fraction = microsecond === 0 ? "" : `.${pad(microsecond, 6)}`;
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction}`;
}

export function momentText(moment: Moment, separator = " "): string {
  return `${dateText(moment)}${separator}${timeText(moment)}+00:00`;
}

const timeWidths: Readonly<Record<string, number>> = {
  hours: 2,
  minutes: 5,
  seconds: 8,
  milliseconds: 12,
  microseconds: 15,
};

/** The time down to a unit; undefined where there is no such unit. */
export function timeDownTo(moment: Moment, unit: string): string | undefined {
  if (unit === "auto") return timeText(moment);
  const { hour, minute, second, microsecond } = partsOf(moment);
  const whole = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${pad(microsecond, 6)}`;
  return Object.hasOwn(timeWidths, unit) ? whole.slice(0, timeWidths[unit]) : undefined;
}

const least = ["year", "month", "day", "hour", "minute", "second", "microsecond"] as const;

/** The moment with other parts; undefined where there is no such date. */
export function withParts(
  moment: Moment,
  given: Readonly<Partial<Record<(typeof least)[number], number>>>,
): Moment | undefined {
  const before = partsOf(moment);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, seconds = 0, micros = 0] = least.map(
    (part) => given[part] ?? before[part],
  );
  const time = Date.UTC(year, month - 1, day, hour, minute, seconds) * 1000 + micros;
  const made = new Moment(time);
  const parts = partsOf(made);
  return least.every((part) => given[part] === undefined || given[part] === parts[part]) ? made : undefined;
}

export interface SpanParts {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;
}

/** Python's parts, of which only the days may be negative. */
export function spanParts({ microseconds }: Span): SpanParts {
  const days = Math.floor(microseconds / (daySeconds * second));
  const rest = microseconds - days * daySeconds * second;
  return { days, seconds: Math.floor(rest / second), microseconds: rest % second };
}

export function spanText(span: Span): string {
  const { days, seconds, microseconds } = spanParts(span);
  const dayText = days === 0 ? "" : `${days} day${Math.abs(days) === 1 ? "" : "s"}, `;
  const fraction = microseconds === 0 ? "" : `.${pad(microseconds, 6)}`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${dayText}${hours}:${pad(minutes, 2)}:${pad(seconds % 60, 2)}${fraction}`;
}

const dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

type Directive = (parts: DateParts, moment: Moment) => string | number;

const directives: Readonly<Record<string, Directive>> = {
  a: ({ weekday }) => (dayNames[weekday] ?? "").slice(0, 3),
  A: ({ weekday }) => dayNames[weekday] ?? "",
  b: ({ month }) => (monthNames[month - 1] ?? "").slice(0, 3),
  B: ({ month }) => monthNames[month - 1] ?? "",
  c: (_, moment) => strftime(moment, "%a %b %e %H:%M:%S %Y"),
  d: ({ day }) => pad(day, 2),
  D: (_, moment) => strftime(moment, "%m/%d/%y"),
  e: ({ day }) => String(day).padStart(2),
  f: ({ microsecond }) => pad(microsecond, 6),
  F: (_, moment) => strftime(moment, "%Y-%m-%d"),
  G: (_, moment) => isoWeek(moment).year,
  H: ({ hour }) => pad(hour, 2),
  I: ({ hour }) => pad(hour % 12 || 12, 2),
  j: (_, moment) => pad(dayOfYear(moment), 3),
  m: ({ month }) => pad(month, 2),
  M: ({ minute }) => pad(minute, 2),
  n: () => "\n",
  p: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  s: (_, { time }) => Math.floor(time / second),
  S: ({ second }) => pad(second, 2),
  t: () => "\t",
  T: (_, moment) => strftime(moment, "%H:%M:%S"),
  u: ({ weekday }) => weekday + 1,
  V: (_, moment) => pad(isoWeek(moment).week, 2),
  w: ({ weekday }) => (weekday + 1) % 7,
  x: (_, moment) => strftime(moment, "%m/%d/%y"),
  X: (_, moment) => strftime(moment, "%H:%M:%S"),
  y: ({ year }) => pad(year % 100, 2),
  Y: ({ year }) => year,
  z: () => "+0000",
  Z: () => "UTC",
  "%": () => "%",
};

/** `%-d` leaves out the zeros or spaces before a number, as C libraries on Linux do. */
export function strftime(moment: Moment, format: string): string {
  const parts = partsOf(moment);
  return format.replace(/%(-?)(.)/gs, (whole, bare: string, letter: string) => {
    const text = Object.hasOwn(directives, letter) ? directives[letter]?.(parts, moment) : undefined;
    if (text === undefined) return whole;
    return bare === "" ? String(text) : String(text).replace(/^[0 ]+(?=.)/, "");
  });
}

/** The week that begins on Monday belongs to the year of its Thursday. */
function isoWeek(moment: Moment): { readonly year: number; readonly week: number } {
  const thursday = new Moment(moment.time + (3 - partsOf(moment).weekday) * dayMicroseconds);
  return { year: partsOf(thursday).year, week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

function dayOfYear(moment: Moment): number {
  const { year } = partsOf(moment);
  return Math.floor((moment.time / 1000 - Date.UTC(year, 0, 1)) / (daySeconds * 1000)) + 1;
}
