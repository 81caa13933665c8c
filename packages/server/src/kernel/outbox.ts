import type { Timestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import * as queries from "../consumers/outbox.queries.ts";
import { isNamedByAny, isWantedBy } from "../consumers/wants.rules.ts";
import type { Writer } from "../db/dialect.ts";
import type { KnownAutomations } from "../triggers/known-automations.service.ts";
import type { Change } from "./bus.ts";
import type { DeliveryKind, NewDelivery, Subscriber } from "./delivery.ts";

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
  /** Finds out what is wanted now, before a unit of work; undefined where that was done lately. */
  refresh(): Promise<void> | undefined;
  /** The notes that some consumer wants, and the events that one may want whose automations this server does not know yet. */
  wanted(notes: Noted): readonly NewDelivery[];
  /** Inserts deliveries in the transaction of the changes. The caller wakes consumers after the commit. */
  append(tx: Writer, appended: { deliveries: readonly NewDelivery[]; now: Timestamp }): Promise<void>;
  /**
   * Wakes their consumers after the commit; those that do not run here, on other servers. Only a hint: a consumer that misses it
   * looks by itself some seconds later.
   */
  wake(deliveries: readonly Pick<NewDelivery, "kind" | "name" | "unlessStill">[]): void;
  /** Wakes a loop here and on other servers, of which one does its work. */
  wakeLoop(name: string): void;
  /** Wakes those of the named consumers and loops that run here, at the request of another server. */
  wakeNamed(names: readonly string[]): void;
  /** Calls `wake` when there are deliveries for the subscriber, or when the loop is to be woken. `wake` returns whether the subscriber runs here now. */
  onWake(subscriber: Pick<Subscriber, "name">, wake: () => boolean): void;
}

interface OutboxParts {
  readonly automations: Pick<KnownAutomations, "refresh" | "version" | "take" | "confirm">;
  /** Asks other servers to wake consumers. */
  readonly wakeElsewhere?: ((names: readonly string[]) => void) | undefined;
}

/** `subscribers` lists all consumers of this version, so that a server that runs none of them still writes their deliveries. */
export function createOutbox(
  subscribers: readonly Subscriber[],
  { automations, wakeElsewhere = () => {} }: OutboxParts,
): Outbox {
  const isNamed = isNamedByAny(subscribers.map(({ wants }) => wants));
  const each = subscribers.map(({ name, wants }) => ({ name, isWanted: isWantedBy(wants) }));
  const unlessTaken = (event: Event) => (automations.take(event) ? {} : { unlessStill: automations.version });
  const wakers = new Map<string, () => boolean>();
  const isWokenHere = (name: string) => wakers.get(name)?.() === true;
  const wakeEach = (names: readonly string[]) => {
    const elsewhere = names.filter((name) => !isWokenHere(name));
    if (elsewhere.length > 0) wakeElsewhere(elsewhere);
  };
  const counters = subscribers.filter(({ wants }) => wants.takenByTriggers === true).map(({ name }) => name);
  return {
    subscribers,
    refresh: () => (counters.length > 0 ? automations.refresh() : undefined),
    wanted({ changes, followUps }) {
      const wanted: NewDelivery[] = [];
      const add = (kind: DeliveryKind, name: string, refs: readonly string[]) => {
        if (isNamed({ kind, name })) for (const ref of refs) wanted.push({ kind, name, ref });
      };
      for (const change of changes) {
        if (change.kind === "event") {
          const { event: name, id: ref } = change.event;
          if (isNamed({ kind: "event", name })) wanted.push({ kind: "event", name, ref });
          else if (counters.length > 0) wanted.push({ kind: "event", name, ref, ...unlessTaken(change.event) });
        } else if ("noun" in change) add(change.kind, change.noun, change.ids);
      }
      for (const { name, refs } of followUps) add("follow-up", name, refs);
      return wanted;
    },
    append: queries.append,
    wake(deliveries) {
      if (deliveries.length === 0) return;
      const written = deliveries.filter(({ unlessStill }) => unlessStill === undefined);
      wakeEach(each.filter(({ isWanted }) => written.some(isWanted)).map(({ name }) => name));
      const version = deliveries.find(({ unlessStill }) => unlessStill !== undefined)?.unlessStill;
      if (version !== undefined) automations.confirm(version, () => wakeEach(counters));
    },
    wakeLoop(name) {
      isWokenHere(name);
      wakeElsewhere([name]);
    },
    wakeNamed(names) {
      for (const name of names) isWokenHere(name);
    },
    onWake: ({ name }, wake) => void wakers.set(name, wake),
  };
}
