import type { LiveDeletion, LiveNoun, LiveRow, LiveRowChange } from "@ostinato/protocol";
import type { Change, Changed, Deleted, Recorded } from "../kernel/bus.ts";
import type { Noun } from "./nouns.service.ts";
import { type Feed, type Interest, keysOf, kindsOf, unplacedRuns } from "./topics.ts";

/** If more changes arrive between two deliveries, pages reload their data instead. */
const maxGathered = 20_000;
/** The same for the characters of log lines, of which a single one may have millions. */
const maxCharacters = 4 * 1024 * 1024;

/** Watched changes since the last delivery. */
export interface Gathered {
  /** The newest row of each id; a log line has only one. */
  readonly rows: ReadonlyMap<LiveNoun, ReadonlyMap<string, LiveRowChange>>;
  /** The ids of rows that are still to be read. */
  readonly unread: ReadonlyMap<LiveNoun, ReadonlySet<string>>;
  readonly deleted: readonly LiveDeletion[];
  /** Whether changes were dropped because there were too many. */
  readonly lost: boolean;
}

export interface Gathering {
  /** Gives whether the change is watched, and the flow runs whose counts it moves. */
  add(change: Change): { readonly watched: boolean; readonly progressed: readonly string[] };
  addUnread(noun: LiveNoun, ids: Iterable<string>): void;
  readonly waiting: boolean;
  /** Hands over what there is and begins anew. */
  take(): Gathered;
}

export function createGathering(feed: Feed, interest: Interest): Gathering {
  const { nouns } = feed;
  let next = empty();
  let characters = 0;

  function add(change: Change) {
    if (change.kind === "deleted") return { watched: addDeleted(change), progressed: [] };
    if (change.kind === "event") return { watched: addEvent(change), progressed: [] };
    return change.kind === "changed" ? addChanged(change) : { watched: false, progressed: [] };
  }

  function addChanged<N extends LiveNoun>({ noun, ids, rows }: Changed<N>) {
    const { countedIn }: Noun<LiveRow<N>> = nouns[noun];
    if (rows === undefined) {
      const watched = kindsOf(nouns, noun).some(interest.isKindWatched);
      if (watched) addUnread(noun, ids);
      return { watched, progressed: [] };
    }
    const watched = rows.filter((row) => keep({ kind: noun, row })).length > 0;
    const counted = kindsOf(nouns, "flow-run").some(interest.isKindWatched);
    const progressed = new Set(counted ? rows.flatMap((row) => countedIn?.(row) ?? []) : []);
    return { watched: watched || progressed.size > 0, progressed: [...progressed] };
  }

  /** Servers tell each other of events as such, and not as rows. */
  function addEvent({ event: { id, event } }: Recorded): boolean {
    return kindsOf(nouns, "event").some(interest.isKindWatched) && keep({ kind: "event", row: { id, event } });
  }

  /** Returns whether any page watches the row, or may watch it. */
  function keep<N extends LiveNoun>(change: LiveRowChange<N>): boolean {
    if (!mayBeWatched(change)) return false;
    if (sizeOf(next) >= maxGathered || characters >= maxCharacters) {
      next = { ...empty(), lost: true };
      characters = 0;
    }
    if (next.lost) return true;
    const { kind, row } = change;
    const { characters: charactersOf }: Noun<LiveRow<N>> = nouns[kind];
    characters += charactersOf?.(row) ?? 0;
    partOf(next.rows, kind, () => new Map()).set(row.id, change);
    return true;
  }

  function mayBeWatched<N extends LiveNoun>(change: LiveRowChange<N>): boolean {
    return keysOf(feed, change).some(interest.isWatched) || unplacedRuns(feed, interest, change).length > 0;
  }

  function addUnread(noun: LiveNoun, ids: Iterable<string>): void {
    const unread = partOf(next.unread, noun, () => new Set());
    for (const id of ids) unread.add(id);
  }

  function addDeleted({ noun, ids }: Deleted): boolean {
    for (const id of ids) {
      next.rows.get(noun)?.delete(id);
      next.unread.get(noun)?.delete(id);
      next.deleted.push({ kind: "deleted", of: noun, id });
    }
    return true;
  }

  return {
    add,
    addUnread,
    get waiting() {
      return next.lost || sizeOf(next) > 0 || next.unread.values().some(({ size }) => size > 0);
    },
    take() {
      const taken = next;
      next = empty();
      characters = 0;
      return taken;
    },
  };
}

interface Growing {
  readonly rows: Map<LiveNoun, Map<string, LiveRowChange>>;
  readonly unread: Map<LiveNoun, Set<string>>;
  readonly deleted: LiveDeletion[];
  readonly lost: boolean;
}

function empty(): Growing {
  return { rows: new Map(), unread: new Map(), deleted: [], lost: false };
}

function partOf<P>(parts: Map<LiveNoun, P>, noun: LiveNoun, make: () => P): P {
  const part = parts.get(noun) ?? make();
  parts.set(noun, part);
  return part;
}

function sizeOf({ rows, deleted }: Growing): number {
  return rows.values().reduce((sum, { size }) => sum + size, deleted.length);
}
