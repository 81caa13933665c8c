import { type Clock, formatTimestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import * as enabled from "../automations/enabled.service.ts";
import type { Database, Reader } from "../db/dialect.ts";
import { type ClockJumps, watchClock } from "./clock-jumps.service.ts";
import { type Known, nothingKnown } from "./known.ts";

/** For so long a server does not ask whether automations have changed. What it does not know yet costs it rows in the outbox, and no event. */
const validSeconds = 0.25;

/**
 * The automations that a server keeps in memory, to see at once which events some trigger takes. Every server of the database asks for
 * their version before it writes, unless it has asked within `validSeconds`. They may have changed since: the statement that writes events down looks
 * at the version, and writes those down that no trigger takes as of another one. Who counts the events knows the automations as of then.
 */
export interface KnownAutomations {
  /** Reads what has changed; undefined where it was asked lately. */
  refresh(): Promise<void> | undefined;
  readonly version: number;
  /** Whether a trigger takes the event. */
  take(event: Event): boolean;
  /**
   * Events were written as of this version: calls `wake` now, or within some `validSeconds`, if the automations were others by then, so that
   * some event may have been written down that no trigger seemed to take.
   */
  confirm(version: number, wake: () => void): void;
  /** As of a unit of work. Until its end no automation changes. */
  knownIn(tx: Reader): Promise<Known>;
  /** Of the clock by which their deadlines are noticed. */
  readonly jumps: ClockJumps;
}

export function createKnownAutomations({ read }: Pick<Database, "read">, clock: Clock): KnownAutomations {
  let known = nothingKnown;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let isConfirming = false;

  async function knownBy(reader: Reader, version: number): Promise<Known> {
    if (version === known.version) return known;
    const found = await readKnown(reader, version, known);
    known = found;
    return found;
  }

  async function ask(): Promise<void> {
    const at = clock.elapsed();
    const isRead = await knownNow();
    asking = undefined;
    if (isRead) askedAt = at;
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
    jumps: watchClock(clock),
    refresh() {
      if (clock.elapsed() - askedAt < validSeconds) return undefined;
      asking ??= ask();
      return asking;
    },
    get version() {
      return known.version;
    },
    take: (event) => known.automations.size > 0 && known.find(event).length > 0,
    confirm(version, wake) {
      if (known.version !== version) return wake();
      // Who confirms already asks later than now.
      if (isConfirming) return;
      isConfirming = true;
      clock.after(validSeconds, async () => {
        isConfirming = false;
        await knownNow();
        if (known.version !== version) wake();
      });
    },
    knownIn: async (tx) => knownBy(tx, await enabled.holdVersion(tx)),
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
