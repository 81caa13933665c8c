import type { Clock } from "@ostinato/core";

/** How often a server that listens sends a sign of life. */
export const beatSeconds = 5;
/** A server that was silent for so long has died, or does not reach the database. */
const maxSilentSeconds = 3 * beatSeconds;

/** The other servers of a database, known by their notices. */
export interface Peers {
  /** Notes a sign of life, and gives whether the server was unknown until now. */
  heard(server: string): boolean;
  /** Forgets a server that has stopped in order, and so has sent everything. */
  left(server: string): void;
  /** Forgets the servers that are silent; gives the seconds of the longest silence, and 0 where none is. */
  takeSilence(): number;
}

export function createPeers(clock: Clock): Peers {
  const heardAt = new Map<string, number>();
  return {
    heard(server) {
      const isNew = !heardAt.has(server);
      heardAt.set(server, clock.elapsed());
      return isNew;
    },
    left: (server) => void heardAt.delete(server),
    takeSilence() {
      const silences = [...heardAt].map(([server, at]) => ({ server, seconds: clock.elapsed() - at }));
      const silent = silences.filter(({ seconds }) => seconds >= maxSilentSeconds);
      for (const { server } of silent) heardAt.delete(server);
      return Math.max(0, ...silent.map(({ seconds }) => seconds));
    },
  };
}
