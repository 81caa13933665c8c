import { useEffect, useState } from "react";

/** What a search has when somebody asks for more: it goes on until it has a page more, or has taken some steps. */
interface Ask {
  readonly key: string;
  readonly pages: number;
  readonly found: number;
  readonly isStopped: boolean;
}

/** A request looks through 4,000 events, so that it takes a moment. Twenty thousand are looked through before somebody asks for more. */
const stepsOfAsk = 5;
const eventsOfPage = 50;

export interface Steps {
  /** What is searched for: another key is another search. */
  readonly key: string;
  readonly pages: number;
  readonly found: number;
  /** Whether the list can go on at all. */
  readonly isMore: boolean;
  readonly isReading: boolean;
  readonly read: () => void;
}

export interface SearchOn {
  readonly isSearching: boolean;
  /** Whether a page was filled, so that scrolling may ask for the next one. */
  readonly isFull: boolean;
  readonly more: () => void;
  readonly stop: () => void;
}

/** Reads page after page of a list whose pages may hold fewer events than asked for, or none. */
export function useSearchOn({ key, pages, found, isMore, isReading, read }: Steps): SearchOn {
  const [kept, setAsk] = useState<Ask>({ key, pages: 0, found: 0, isStopped: false });
  const ask = kept.key === key && kept.pages <= pages ? kept : { key, pages: 0, found: 0, isStopped: false };
  const isFull = found - ask.found >= eventsOfPage;
  const isSearching = isMore && !isFull && !ask.isStopped && pages - ask.pages < stepsOfAsk;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `read` is another function at each rendering
  useEffect(() => {
    if (isSearching && !isReading && pages > 0) read();
  }, [isSearching, isReading, key, pages]);
  return {
    isSearching,
    isFull,
    more: () => setAsk({ key, pages, found, isStopped: false }),
    stop: () => setAsk({ ...ask, isStopped: true }),
  };
}
