import type { CompiledSchedule } from "./compile.ts";
import type { WallsFrom } from "./in-zone.ts";
import { TooManySteps } from "./rrule-walls.ts";
import { secondsPerDay, type WallTime } from "./wall-time.ts";
import { type Change, isSkipped, type Second, type Zone } from "./zone.ts";

/** A wall time that no clock shows, with the one that takes its place. */
export interface MovedWall {
  readonly wall: WallTime;
  readonly movedTo: WallTime;
  readonly second: Second;
}

/** The next time that the zone's clock goes on, and the next time that it goes back, within a year. */
export function nextChanges(zone: Zone, from: Second): readonly Change[] {
  const found: Change[] = [];
  for (let second = from; second < from + 366 * secondsPerDay; second += secondsPerDay) {
    const change = zone.changeNear(second);
    if (change === undefined || change.at <= from || found.some(({ at }) => at === change.at)) continue;
    if (!found.some((one) => isGap(one) === isGap(change))) found.push(change);
  }
  return found;
}

export function isGap({ before, after }: Change): boolean {
  return after > before;
}

/** The wall times of a gap, but for those that fall together with another time of the schedule. */
export function movedWalls({ walls, zone, inGap }: CompiledSchedule, change: Change): readonly MovedWall[] {
  if (walls === undefined || !isGap(change)) return [];
  const length = change.after - change.before;
  const around = wallsBetween(walls, change.at + change.before - length, change.at + change.after + length);
  const shown = new Set(around.filter((wall) => !isSkipped(wall, change)));
  return around
    .filter((wall) => isSkipped(wall, change))
    .map((wall) => ({ wall, second: zone.secondAt(wall, inGap) }))
    .map(({ wall, second }) => ({ wall, second, movedTo: zone.wallAt(second) }))
    .filter(({ movedTo }) => !shown.has(movedTo));
}

/** The wall times that the clock shows twice. They run the first time only. */
export function repeatedWalls({ walls }: CompiledSchedule, { at, before, after }: Change): readonly WallTime[] {
  return walls === undefined ? [] : wallsBetween(walls, at + after, at + before);
}

/** Whether the schedule goes on right behind the repeated hour, so that not running in it is a pause. */
export function isPause({ walls }: CompiledSchedule, { at, before, after }: Change): boolean {
  return walls !== undefined && wallsBetween(walls, at + before, at + before + before - after).length > 0;
}

/** More than these around one change are those of a schedule that runs each second or so. */
const maxWalls = 20_000;

function wallsBetween(walls: WallsFrom, from: number, until: number): readonly WallTime[] {
  const found: WallTime[] = [];
  try {
    for (const wall of walls(from as WallTime)) {
      if (wall >= until || found.length >= maxWalls) break;
      found.push(wall);
    }
  } catch (error) {
    // The next one is far away.
    if (!(error instanceof TooManySteps)) throw error;
  }
  return found;
}
