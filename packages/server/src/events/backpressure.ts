import type { SocketConnection } from "../kernel/socket.ts";

/** How much of what clients sent may be on its way to the database, in characters. */
export interface BackpressureLimits {
  readonly ofOne: number;
  readonly inAll: number;
}

/** One connection as the whole sees it. */
export interface Pressure {
  /** So much has come. */
  add(characters: number): void;
  /** So much is durable, or has been given up. */
  remove(characters: number): void;
  leave(): void;
}

/**
 * Stops reading from connections while the database lags behind: from one that has much on its way, and from all of them
 * while all together have too much. Whoever sends then has to wait. What is half done is enough to read on.
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
