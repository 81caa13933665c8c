import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { endOfTime, secondsPerDay, type WallTime } from "./wall-time.ts";
import type { Zone } from "./zone.ts";

export interface Interval {
  readonly micros: number;
  readonly anchor: Timestamp;
  readonly zone: Zone;
}

/** From a day on an interval is counted on the clock of its zone, below it in elapsed time. */
export function isOnWallClock({ micros, zone }: Interval): boolean {
  return micros >= secondsPerDay * microsPerSecond && zone.name !== "UTC";
}

/** The times of an interval from `from` on, in order; those of the past before the anchor too. */
export function intervalTimes(interval: Interval, from: Timestamp): Generator<Timestamp, undefined> {
  return isOnWallClock(interval) ? onWallClock(interval, from) : inElapsedTime(interval, from);
}

/** The wall times, without fractions of a second, of an interval that is counted on the wall clock. */
export function* intervalWalls({ micros, anchor, zone }: Interval, from: WallTime): Generator<WallTime, void> {
  const wallOfAnchor = toWall(anchor, zone);
  for (let index = Math.ceil((from * microsPerSecond - wallOfAnchor) / micros); ; index += 1) {
    const wall = Math.floor((wallOfAnchor + index * micros) / microsPerSecond) as WallTime;
    if (wall > endOfTime) return;
    yield wall;
  }
}

function* inElapsedTime({ micros, anchor }: Interval, from: Timestamp): Generator<Timestamp, undefined> {
  for (let index = Math.ceil((from - anchor) / micros); ; index += 1) {
    const time = (anchor + index * micros) as Timestamp;
    if (time >= from) yield time;
  }
}

/**
 * Each time is counted from the anchor and not from the one before: a time that a change of the clock skips moves on by an
 * hour on that day alone.
 */
function* onWallClock({ micros, anchor, zone }: Interval, from: Timestamp): Generator<Timestamp, undefined> {
  const wallOfAnchor = toWall(anchor, zone);
  const margin = secondsPerDay * microsPerSecond;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = Math.ceil((toWall(from, zone) - margin - wallOfAnchor) / micros); ; index += 1) {
    const wall = wallOfAnchor + index * micros;
    if (wall > endOfTime * microsPerSecond) return;
    // The anchor may be the second pass of a repeated hour, which its wall time doesn't tell.
    const time = index === 0 ? anchor : fromWall(wall, zone);
    if (time >= from && time > last) yield time;
    last = time;
  }
}

function toWall(time: Timestamp, zone: Zone): number {
  return time + zone.offsetAt(Math.floor(time / microsPerSecond)) * microsPerSecond;
}

function fromWall(wallMicros: number, zone: Zone): Timestamp {
  const second = Math.floor(wallMicros / microsPerSecond);
  const fraction = wallMicros - second * microsPerSecond;
  return (zone.secondAt(second as WallTime, "later") * microsPerSecond + fraction) as Timestamp;
}
