export interface ClockTime {
  /** `Mon 30 Nov, 06:00`. */
  readonly text: string;
  /** The distance from UTC then: `GMT+1`. It changes where clocks do. */
  readonly offset: string;
}

/** A time by the clock of a zone; undefined where the browser does not know the zone. */
export function clockTime(time: string, zone: string): ClockTime | undefined {
  const format = formatFor(zone);
  if (format === undefined) return undefined;
  const parts = new Map(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const seconds = part("second") === "00" ? "" : `:${part("second")}`;
  const year = Number(part("year")) === new Date().getFullYear() ? "" : ` ${part("year")}`;
  return {
    text: `${part("weekday")} ${part("day")} ${part("month")}${year}, ${part("hour")}:${part("minute")}${seconds}`,
    offset: part("timeZoneName"),
  };
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatFor(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, newFormat(zone));
  return formats.get(zone);
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "shortOffset",
    });
  } catch {
    return undefined;
  }
}
