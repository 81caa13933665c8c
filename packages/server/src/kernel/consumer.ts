import type { Delivery, Subscriber } from "./delivery.ts";
import type { Unit } from "./unit.ts";

/**
 * Does something after each change that it wants, whatever happens to the server that committed the change. Each change is
 * handled at least once, by one of several servers, in the order of the transactions; one that failed comes again later, after
 * others. What `handle` writes is committed together with the consumer's progress, so that it happens once.
 */
export interface Consumer extends Subscriber {
  /** Its progress is kept under this name: a migration that retires a consumer deletes its row of `consumer`. */
  readonly name: string;
  /**
   * Runs inside a unit of work, so it awaits nothing but its own queries. `"more"` says that a part of the batch is left: what
   * was written is kept, and the same batch comes again. What it throws fails the batch, and then only the change that it is
   * about: that one is tried again, and becomes a dead letter in the end.
   */
  readonly handle: (unit: Unit, batch: readonly Delivery[]) => Promise<"done" | "more">;
}

export function defineConsumer(consumer: Consumer): Consumer {
  return consumer;
}
