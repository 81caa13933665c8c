import type { Timestamp } from "@ostinato/core";
import * as queries from "../consumers/outbox.queries.ts";
import { isWantedBy, isWantedByAny } from "../consumers/wants.rules.ts";
import type { Sql, Writer } from "../db/dialect.ts";
import type { Change } from "./bus.ts";
import type { Delivery, DeliveryKind, Subscriber } from "./delivery.ts";

/** Work that a unit leaves to be done. */
export interface FollowUp {
  readonly name: string;
  readonly refs: readonly string[];
}

/** What a unit of work has noted. */
interface Noted {
  readonly changes: readonly Change[];
  readonly followUps: readonly FollowUp[];
}

/** Where changes are written down for those who handle them after the commit, whatever becomes of this server. */
export interface Outbox {
  readonly subscribers: readonly Subscriber[];
  /** What somebody wants of the notes of a unit of work. */
  wanted(notes: Noted): readonly Delivery[];
  /** Writes them down in the transaction of the changes. Whoever calls it wakes after the commit. */
  append(tx: Writer, dialect: Sql, appended: { deliveries: readonly Delivery[]; now: Timestamp }): Promise<void>;
  /**
   * Wakes those who want it, after the commit; those who don't run here, on other servers. A hint: who misses it looks by itself
   * some seconds later.
   */
  wake(deliveries: readonly Pick<Delivery, "kind" | "name">[]): void;
  /** Wakes those of these names that run here: another server says so. */
  wakeNamed(names: readonly string[]): void;
  /** Has `wake` called when there is something for the subscriber. It tells whether the subscriber runs here now. */
  onWake(subscriber: Subscriber, wake: () => boolean): void;
}

/**
 * `subscribers` are all that this version has, so that a server which runs none of them writes down what others handle.
 * `wakeElsewhere` tells other servers whom to wake.
 */
export function createOutbox(
  subscribers: readonly Subscriber[],
  wakeElsewhere: (names: readonly string[]) => void = () => {},
): Outbox {
  const isWanted = isWantedByAny(subscribers.map(({ wants }) => wants));
  const each = subscribers.map(({ name, wants }) => ({ name, isWanted: isWantedBy(wants) }));
  const wakers = new Map<string, () => boolean>();
  const isWokenHere = (name: string) => wakers.get(name)?.() === true;
  return {
    subscribers,
    wanted({ changes, followUps }) {
      const wanted: Delivery[] = [];
      const add = (kind: DeliveryKind, name: string, refs: readonly string[]) => {
        if (isWanted({ kind, name })) for (const ref of refs) wanted.push({ kind, name, ref });
      };
      for (const change of changes) {
        if (change.kind === "event") add("event", change.event.event, [change.event.id]);
        else add(change.kind, change.noun, change.ids);
      }
      for (const { name, refs } of followUps) add("follow-up", name, refs);
      return wanted;
    },
    append: queries.append,
    wake(deliveries) {
      if (deliveries.length === 0) return;
      const names = each.filter(({ isWanted }) => deliveries.some(isWanted)).map(({ name }) => name);
      const elsewhere = names.filter((name) => !isWokenHere(name));
      if (elsewhere.length > 0) wakeElsewhere(elsewhere);
    },
    wakeNamed(names) {
      for (const name of names) isWokenHere(name);
    },
    onWake: ({ name }, wake) => void wakers.set(name, wake),
  };
}
