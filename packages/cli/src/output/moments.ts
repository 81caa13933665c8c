const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** `2026-11-22 04:09:54` in the machine's time zone. */
export function localTime(moment: string | null | undefined): string | undefined {
  if (moment === null || moment === undefined) return undefined;
  const date = new Date(moment);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(date)}`;
}

function clockTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((number) => String(number).padStart(2, "0"))
    .join(":");
}

/** `04:09:54.120`, for the lines of one run. */
export function localClock(moment: string): string {
  const date = new Date(moment);
  return `${clockTime(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** `3 min ago`; a date after a month. */
export function ago(moment: string | null | undefined, now = Date.now()): string | undefined {
  if (moment === null || moment === undefined) return undefined;
  const seconds = (now - Date.parse(moment)) / 1000;
  if (Math.abs(seconds) >= 30 * day) return localTime(moment)?.slice(0, 10);
  const span = roughly(Math.abs(seconds));
  return seconds < -1 ? `in ${span}` : `${span} ago`;
}

/** Seconds as `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function spanText(seconds: number | null | undefined): string | undefined {
  if (seconds === null || seconds === undefined) return undefined;
  if (seconds < 0.001) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < minute) return `${Math.round(seconds)} s`;
  if (seconds < hour) return twoUnits(seconds, [minute, "min"], [1, "s"]);
  if (seconds < day) return twoUnits(seconds, [hour, "h"], [minute, "min"]);
  return twoUnits(seconds, [day, "d"], [hour, "h"]);
}

type Unit = readonly [seconds: number, name: string];

function twoUnits(seconds: number, [big, bigName]: Unit, [small, smallName]: Unit): string {
  const whole = Math.floor(seconds / big);
  const rest = Math.floor((seconds - whole * big) / small);
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`;
}

function roughly(seconds: number): string {
  if (seconds < minute) return `${Math.round(seconds)} s`;
  if (seconds < hour) return `${Math.round(seconds / minute)} min`;
  if (seconds < day) return `${Math.round(seconds / hour)} h`;
  return `${Math.round(seconds / day)} d`;
}
