import type { Timestamp } from "@ostinato/core";
import * as queries from "../consumers/outbox.queries.ts";
import { isWantedBy, isWantedByAny } from "../consumers/wants.rules.ts";
import type { Writer } from "../db/dialect.ts";
import type { Change } from "./bus.ts";
import type { Delivery, DeliveryKind, Subscriber } from "./delivery.ts";

/** Work that a unit leaves for later. */
export interface FollowUp {
  readonly name: string;
  readonly refs: readonly string[];
}

/** The changes and follow-ups that a unit of work noted. */
interface Noted {
  readonly changes: readonly Change[];
  readonly followUps: readonly FollowUp[];
}

/** A durable queue of changes for consumers, which handle them after the commit even if this server dies. */
export interface Outbox {
  readonly subscribers: readonly Subscriber[];
  /** The notes that some consumer wants. */
  wanted(notes: Noted): readonly Delivery[];
  /** Inserts deliveries in the transaction of the changes. The caller wakes consumers after the commit. */
  append(tx: Writer, appended: { deliveries: readonly Delivery[]; now: Timestamp }): Promise<void>;
  /**
   * Wakes their consumers after the commit; those that do not run here, on other servers. Only a hint: a consumer that misses it
   * looks by itself some seconds later.
   */
  wake(deliveries: readonly Pick<Delivery, "kind" | "name">[]): void;
  /** Wakes those of the named consumers that run here, at the request of another server. */
  wakeNamed(names: readonly string[]): void;
  /** Calls `wake` when there are deliveries for the subscriber. `wake` returns whether the subscriber runs here now. */
  onWake(subscriber: Subscriber, wake: () => boolean): void;
}

/**
 * `subscribers` lists all consumers of this version, so that a server that runs none of them still writes their deliveries.
 * `wakeElsewhere` asks other servers to wake consumers.
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
        else if ("noun" in change) add(change.kind, change.noun, change.ids);
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
