import { type Clock, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import * as enabled from "../automations/enabled.service.ts";
import type { Database, Reader } from "../db/dialect.ts";
import { type Known, nothingKnown } from "./known.ts";

/** For so long a server does not ask whether automations have changed. */
export const validSeconds = 0.25;

/**
 * The automations that a server keeps in memory, to see at once which events some trigger takes. Every server of the database asks for
 * their version before it writes, unless it has asked within `validSeconds`.
 */
export interface KnownAutomations {
  /** Reads what has changed; undefined where it was asked lately. */
  refresh(): Promise<void> | undefined;
  /** Whether a trigger takes the event. */
  take(event: Event): boolean;
  /** As of a unit of work. Until its end no automation changes. */
  knownIn(tx: Reader): Promise<Known>;
  /** When this server began to know them. */
  readonly begun: { readonly at: Timestamp; readonly elapsed: number };
  /** Has them read again: this server has changed one. */
  forget(): void;
}

export function createKnownAutomations({ read }: Pick<Database, "read">, clock: Clock): KnownAutomations {
  let known = nothingKnown;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  /** Counts how often this server was told to forget: what was asked before says nothing of now. */
  let generation = 0;

  async function knownBy(reader: Reader, version: number): Promise<Known> {
    if (version === known.version) return known;
    const found = await readKnown(reader, version, known);
    known = found;
    return found;
  }

  /** Whether it could not ask. Then all events are written down, and whoever counts them knows which are taken. */
  let isUnsure = false;

  async function ask(): Promise<void> {
    const asked = { generation, at: clock.elapsed() };
    const isRead = await knownNow();
    if (asked.generation !== generation) return;
    asking = undefined;
    isUnsure = !isRead;
    if (isRead) askedAt = asked.at;
  }

  async function knownNow(): Promise<boolean> {
    try {
      await knownBy(read, await enabled.readVersion(read));
      return true;
    } catch {
      // The unit of work that follows meets the same trouble, and says so.
      return false;
    }
  }

  return {
    begun: { at: clock.now(), elapsed: clock.elapsed() },
    refresh() {
      if (clock.elapsed() - askedAt < validSeconds) return undefined;
      asking ??= ask();
      return asking;
    },
    take: (event) => isUnsure || (known.automations.size > 0 && known.find(event).length > 0),
    knownIn: async (tx) => knownBy(tx, await enabled.holdVersion(tx)),
    forget() {
      generation += 1;
      askedAt = Number.NEGATIVE_INFINITY;
      asking = undefined;
    },
  };
}

/** Reads what has changed since. Programs that have no automations do not load what finds triggers. */
async function readKnown(reader: Reader, version: number, before: Known): Promise<Known> {
  const present = await enabled.readChanges(reader);
  const isChanged = ({ id, updated }: enabled.LastChange) =>
    before.automations.get(id)?.updated !== formatTimestamp(updated);
  const read = await enabled.readMany(
    reader,
    present.filter(isChanged).map(({ id }) => id),
  );
  const { knownAfter } = await import("./known-triggers.rules.ts");
  return knownAfter(before, { version, present: present.map(({ id }) => id), read });
}
