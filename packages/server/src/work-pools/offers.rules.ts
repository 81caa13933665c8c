import type { Clock } from "@ostinato/core";

/** How long a run counts as offered: workers claim what they get within a second or two. */
const offeredSeconds = 3;
const maxOffers = 10_000;

/** The runs that this server has offered to workers a moment ago. */
export interface Offers {
  readonly isEmpty: boolean;
  /** The first of these runs, those that nobody was offered before the others, which are offered from now on. */
  spread<R extends { readonly id: string }>(runs: readonly R[], limit: number): readonly R[];
}

export function createOffers(clock: Pick<Clock, "elapsed">): Offers {
  const ends = new Map<string, number>();

  function forget(): void {
    const now = clock.elapsed();
    for (const [id, end] of ends) {
      if (end > now && ends.size <= maxOffers) return;
      ends.delete(id);
    }
  }

  return {
    get isEmpty() {
      forget();
      return ends.size === 0;
    },
    spread(runs, limit) {
      forget();
      const isOffered = ({ id }: { readonly id: string }) => ends.has(id);
      const chosen = [...runs.filter((run) => !isOffered(run)), ...runs.filter(isOffered)].slice(0, limit);
      const end = clock.elapsed() + offeredSeconds;
      for (const { id } of chosen) {
        ends.delete(id);
        ends.set(id, end);
      }
      return chosen;
    },
  };
}
