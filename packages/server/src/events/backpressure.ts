import type { SocketConnection } from "../kernel/socket.ts";

/** Bounds on the characters received and not yet written to the database. */
export interface BackpressureLimits {
  readonly ofOne: number;
  readonly inAll: number;
}

/** One connection as the whole sees it. */
export interface Pressure {
  /** Counts characters that arrived. */
  add(characters: number): void;
  /** Counts characters that became durable or were given up. */
  remove(characters: number): void;
  leave(): void;
}

/**
 * Stops reading from connections while the database lags behind: from one with much unwritten data, and from all while their
 * total is too high. Senders then have to wait. Reading resumes at half the bound.
 */
export function createBackpressure({ ofOne, inAll }: BackpressureLimits) {
  const members = new Set<{ readonly update: () => void }>();
  let total = 0;
  let allPaused = false;

  function change(by: number): void {
    total += by;
    const pause = total > (allPaused ? inAll / 2 : inAll);
    if (pause === allPaused) return;
    allPaused = pause;
    for (const { update } of members) update();
  }

  return {
    /** Characters on their way, of all connections. */
    get total() {
      return total;
    },
    join(connection: Pick<SocketConnection, "pause" | "resume">): Pressure {
      let pending = 0;
      let tooMuch = false;
      let paused = false;
      const member = {
        update() {
          tooMuch = pending > (tooMuch ? ofOne / 2 : ofOne);
          const pause = tooMuch || allPaused;
          if (pause === paused) return;
          paused = pause;
          if (pause) connection.pause();
          else connection.resume();
        },
      };
      members.add(member);
      member.update();
      return {
        add(characters) {
          pending += characters;
          change(characters);
          member.update();
        },
        remove(characters) {
          pending -= characters;
          change(-characters);
          if (members.has(member)) member.update();
        },
        leave: () => void members.delete(member),
      };
    },
  };
}

export type Backpressure = ReturnType<typeof createBackpressure>;
