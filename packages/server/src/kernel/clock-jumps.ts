import type { Clock, Timestamp } from "@ostinato/core";

const maxJumpSeconds = 10;

interface Moment {
  readonly at: Timestamp;
  readonly elapsed: number;
}

/** Returns a function that says whether somebody has moved the clock since it was called last. */
export function createJumpWatch(clock: Pick<Clock, "now" | "elapsed">): () => boolean {
  let last: Moment | undefined;
  return () => {
    const now: Moment = { at: clock.now(), elapsed: clock.elapsed() };
    const jumped = last !== undefined && hasJumped(last, now);
    last = now;
    return jumped;
  };
}

function hasJumped(before: Moment, now: Moment): boolean {
  const byClock = (now.at - before.at) / 1_000_000;
  return Math.abs(byClock - (now.elapsed - before.elapsed)) > maxJumpSeconds;
}
