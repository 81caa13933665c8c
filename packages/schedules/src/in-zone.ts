import { microsPerSecond, type Timestamp } from "@ostinato/core";
import type { WallTime } from "./wall-time.ts";
import type { Change, InGap, Second, Zone } from "./zone.ts";

/** Gives the wall times of a schedule from a wall time on, in order. */
export type WallsFrom = (from: WallTime) => Iterable<WallTime>;

/**
 * Places wall times in a zone: a repeated hour counts once, by its first pass, and two wall times on one instant are one. In
 * order, from `from` on.
 */
export function* timesInZone(walls: WallsFrom, zone: Zone, inGap: InGap, from: Timestamp): Generator<Timestamp, void> {
  const first = Math.ceil(from / microsPerSecond);
  let last = Number.NEGATIVE_INFINITY;
  for (const second of secondsInOrder(walls(firstWall(zone, first)), zone, inGap)) {
    if (second >= first && second > last) yield (second * microsPerSecond) as Timestamp;
    last = second;
  }
}

/** A gap's wall times are placed beside those after it or before it, so that what is around a gap waits until it is passed. */
function* secondsInOrder(walls: Iterable<WallTime>, zone: Zone, inGap: InGap): Generator<Second, void> {
  let aroundGap: Second[] = [];
  for (const wall of walls) {
    const second = zone.secondAt(wall, inGap);
    if (isAroundGap(wall, zone.changeNear(second))) {
      aroundGap.push(second);
      continue;
    }
    if (aroundGap.length > 0) yield* aroundGap.toSorted((a, b) => a - b);
    aroundGap = [];
    yield second;
  }
  yield* aroundGap.toSorted((a, b) => a - b);
}

/** Wall times of a gap may be placed after `first`, although they are before its wall time. */
function firstWall(zone: Zone, first: Second): WallTime {
  const change = zone.changeNear(first);
  const gap = change === undefined ? 0 : Math.max(0, change.after - change.before);
  return (zone.wallAt(first) - gap) as WallTime;
}

function isAroundGap(wall: WallTime, change: Change | undefined): boolean {
  if (change === undefined || change.after < change.before) return false;
  const length = change.after - change.before;
  return wall >= change.at + change.before - length && wall < change.at + change.after + length;
}
