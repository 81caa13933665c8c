import { type Clock, secondsBetween, type Timestamp } from "@ostinato/core";

/** A smaller difference is that of two clocks that both go well. */
const noticeableSeconds = 5;

interface Moment {
  readonly at: Timestamp;
  /** On the clock that nobody moves. */
  readonly elapsed: number;
}

/** Notices that the machine's clock was moved ahead while the server ran: somebody has put it right, or the machine was asleep. */
export interface ClockJumps {
  /** Since when the server has watched the time pass without a gap: its start, or the last jump. */
  readonly begun: Moment;
  /** By how many seconds the clock has jumped since the last `settle`, or 0. */
  ahead(): number;
  /** What follows a jump is done. */
  settle(): void;
}

export function watchClock(clock: Clock): ClockJumps {
  const look = (): Moment => ({ at: clock.now(), elapsed: clock.elapsed() });
  let begun = look();
  let last = begun;
  return {
    get begun() {
      return begun;
    },
    ahead() {
      const now = look();
      const jump = secondsBetween(last.at, now.at) - (now.elapsed - last.elapsed);
      if (jump >= noticeableSeconds) return jump;
      last = now;
      return 0;
    },
    settle() {
      begun = look();
      last = begun;
    },
  };
}
