import { endOfTime, secondsPerDay, startOfTime, type WallTime } from "./wall-time.ts";

/** Whole seconds since the epoch. */
export type Second = number;

/** A change of a zone's offset. Offsets are in seconds east of UTC. */
export interface Change {
  readonly at: Second;
  readonly before: number;
  readonly after: number;
}

/**
 * Where a wall time of a gap goes, which no clock shows: `later` moves it on by the length of the gap (02:30 to 03:30), `earlier`
 * moves it back (02:30 to 01:30).
 */
export type InGap = "later" | "earlier";

export interface Zone {
  readonly name: string;
  offsetAt(second: Second): number;
  wallAt(second: Second): WallTime;
  /** The second at which a clock of the zone shows `wall`; the first of two where the hour is repeated. */
  secondAt(wall: WallTime, inGap: InGap): Second;
  /** The change of offset within a day before or after `second`, if there is one. */
  changeNear(second: Second): Change | undefined;
}

/** Throws a RangeError where the database of this process does not have the zone. */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = createZone(name, offsetReader(name));
  zones.set(name, zone);
  return zone;
}

/** Whether the clock of the zone never shows `wall`. */
export function isSkipped(wall: WallTime, change: Change | undefined): boolean {
  return change !== undefined && wall >= change.at + change.before && wall < change.at + change.after;
}

const zones = new Map<string, Zone>();

/**
 * Offsets are asked for at the ends of stretches of six days, and a change is looked for where they differ. The two changes of one
 * zone that are closest lie a week apart, less an hour (Brazil in 2000, Gaza in 2040): no stretch has both since 1900.
 */
const stretchSeconds = 524_288;
const maxStretches = 20_000;

function createZone(name: string, readOffset: (second: Second) => number): Zone {
  const offsets = new Map<number, number>();
  const changes = new Map<number, Change>();

  function offsetAtStart(stretch: number): number {
    let offset = offsets.get(stretch);
    if (offset === undefined) {
      if (offsets.size > maxStretches) offsets.clear();
      offset = readOffset(stretch * stretchSeconds);
      offsets.set(stretch, offset);
    }
    return offset;
  }

  function changeIn(stretch: number, before: number, after: number): Change {
    let change = changes.get(stretch);
    if (change === undefined) {
      let start = stretch * stretchSeconds;
      let end = start + stretchSeconds;
      while (end - start > 1) {
        const middle = Math.floor((start + end) / 2);
        if (readOffset(middle) === before) start = middle;
        else end = middle;
      }
      change = { at: end, before, after };
      changes.set(stretch, change);
    }
    return change;
  }

  function offsetAt(second: Second): number {
    const stretch = Math.floor(second / stretchSeconds);
    const before = offsetAtStart(stretch);
    const after = offsetAtStart(stretch + 1);
    if (before === after) return before;
    return second < changeIn(stretch, before, after).at ? before : after;
  }

  function changeNear(second: Second): Change | undefined {
    if (offsetAt(second - secondsPerDay) === offsetAt(second + secondsPerDay)) return undefined;
    for (const near of [second - secondsPerDay, second + secondsPerDay]) {
      const stretch = Math.floor(near / stretchSeconds);
      const before = offsetAtStart(stretch);
      const after = offsetAtStart(stretch + 1);
      if (before === after) continue;
      const change = changeIn(stretch, before, after);
      if (Math.abs(change.at - second) <= secondsPerDay) return change;
    }
    return undefined;
  }

  function secondAt(wall: WallTime, inGap: InGap): Second {
    const before = offsetAt(wall - secondsPerDay);
    const after = offsetAt(wall + secondsPerDay);
    if (before === after) return wall - before;
    const change = changeNear(wall);
    if (change === undefined) return wall - before;
    if (isSkipped(wall, change)) return wall - (inGap === "later" ? change.before : change.after);
    return wall - (wall < change.at + change.before ? change.before : change.after);
  }

  return { name, offsetAt, secondAt, changeNear, wallAt: (second) => (second + offsetAt(second)) as WallTime };
}

function offsetReader(name: string): (second: Second) => number {
  if (name === "UTC") return () => 0;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (asked) => {
    // `Intl` fails beyond its calendar, and before 1900 it knows the sun of each town.
    const second = Math.min(Math.max(asked, startOfTime), endOfTime);
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, wallSecond = 0] = format
      .format(second * 1000)
      .split(/\D+/)
      .map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, wallSecond) / 1000 - second;
  };
}
