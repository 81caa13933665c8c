import { clock, every, listed } from "./phrases.ts";

/** The hours, minutes and seconds at which something runs. Sorted. */
export interface TimesOfDay {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
}

export interface TimePhrase {
  readonly words: string;
  /** `every 15 minutes` is a frequency, `at 09:30` comes behind the day. */
  readonly kind: "frequency" | "at";
  /** Whether it is the same on the clocks of all zones. */
  readonly anyZone: boolean;
}

const maxListedTimes = 4;

/** When on a day. */
export function timePhrase(times: TimesOfDay): TimePhrase {
  const { hours, minutes, seconds } = times;
  const count = hours.length * minutes.length * seconds.length;
  if (count <= maxListedTimes) return { words: `at ${listed(clockTimes(times))}`, kind: "at", anyZone: false };
  const allDay = hours.length === 24;
  const rhythm = rhythmOf(times);
  if (rhythm !== undefined && allDay) return { words: rhythm, kind: "frequency", anyZone: true };
  if (rhythm !== undefined && isRun(hours)) {
    const all = clockTimes(times);
    return { words: `${rhythm} from ${all[0]} to ${all.at(-1)}`, kind: "frequency", anyZone: false };
  }
  const step = stepOf(hours, 24);
  if (step !== undefined && minutes.length === 1 && seconds.length === 1) {
    const at = minutes[0] === 0 && seconds[0] === 0 ? "" : `, first at ${clockTimes(times)[0]}`;
    return { words: `${every(step, "hour")}${at}`, kind: "frequency", anyZone: false };
  }
  return { words: inParts(times), kind: "frequency", anyZone: false };
}

/** What repeats in each hour: `every 15 minutes`, or `every hour` at one minute of it. */
function rhythmOf({ minutes, seconds }: TimesOfDay): string | undefined {
  const ofMinutes = minutes.length === 60 ? 1 : stepOf(minutes, 60);
  if (seconds.length === 1 && seconds[0] === 0) {
    if (ofMinutes !== undefined) return every(ofMinutes, "minute");
    if (minutes.length === 1) return minutes[0] === 0 ? "every hour" : `every hour at minute ${minutes[0]}`;
    return undefined;
  }
  const ofSeconds = seconds.length === 60 ? 1 : stepOf(seconds, 60);
  return ofMinutes === 1 && ofSeconds !== undefined ? every(ofSeconds, "second") : undefined;
}

/** The step of numbers that go evenly round the clock from 0 on. */
function stepOf(numbers: readonly number[], size: number): number | undefined {
  const step = numbers[1];
  const even = step !== undefined && size % step === 0 && numbers.length === size / step;
  return even && numbers.every((number, index) => number === index * step) ? step : undefined;
}

function isRun(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => number === (numbers[0] ?? 0) + index);
}

function clockTimes({ hours, minutes, seconds }: TimesOfDay): readonly string[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => clock(hour * 3600 + minute * 60 + second))),
  );
}

function inParts({ hours, minutes, seconds }: TimesOfDay): string {
  const part = (numbers: readonly number[], size: number, name: string) =>
    numbers.length === size ? `every ${name}` : `${name} ${listed(numbers.map(String))}`;
  const second = seconds.length === 1 && seconds[0] === 0 ? "" : `${part(seconds, 60, "second")} of `;
  return `at ${second}${part(minutes, 60, "minute")} of ${part(hours, 24, "hour")}`;
}
