const dayMs = 86_400_000;

/**
 * The moment at which a clock of the zone shows the wall time (`2026-03-29T02:30`), in milliseconds since 1970: the first of two where the
 * hour is repeated; a time that the clock skips is moved on by the gap. Undefined where the text is not a wall time.
 */
export function momentInZone(wall: string, zone: string): number | undefined {
  const shown = Date.parse(`${wall}Z`);
  if (Number.isNaN(shown)) return undefined;
  const [before, after] = [offsetMs(shown - dayMs, zone), offsetMs(shown + dayMs, zone)];
  const fits = (moment: number) => moment + offsetMs(moment, zone) === shown;
  return [shown - before, shown - after].find(fits) ?? shown - before;
}

/** What a clock of the zone shows: `2026-03-29T03:30:00`. */
export function wallTimeIn(moment: number, zone: string): string {
  return new Date(moment + offsetMs(moment, zone)).toISOString().slice(0, 19);
}

function offsetMs(moment: number, zone: string): number {
  const parts = formatFor(zone).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(moment / 1000) * 1000;
}

function formatFor(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

/** The zone of this browser. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function isZone(name: string): boolean {
  try {
    formatFor(name);
    return name !== "";
  } catch {
    return false;
  }
}
