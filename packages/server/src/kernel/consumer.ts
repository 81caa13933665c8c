import type { Context } from "./context.ts";
import type { Subscriber, WrittenDelivery } from "./delivery.ts";
import type { Unit } from "./unit.ts";

/**
 * Handles each change that it wants after the commit, even if the server that committed the change dies. Each change is handled
 * at least once, by one of several servers, in the order of the transactions; a failed one comes again later, after others. The
 * writes of `handle` are committed together with the consumer's progress, so that they happen once.
 */
export interface Consumer extends Subscriber {
  /** Its progress is kept under this name: a migration that retires a consumer deletes its row of `consumer`. */
  readonly name: string;
  /**
   * Runs inside a unit of work, so it awaits only its own queries. `"more"` means that a part of the batch is left: the writes so
   * far are kept, and the same batch comes again. An error fails the batch, and is then narrowed down to the single change, which
   * is retried and finally becomes a dead letter.
   */
  readonly handle: (unit: Unit, batch: readonly WrittenDelivery[]) => Promise<"done" | "more">;
  /** The part of its work that comes with time instead of with a change. */
  readonly timed?: TimedWork;
}

/** Done by one of several servers, once no change is left that can be handled. */
export interface TimedWork {
  /** 0 or less where something is due; undefined where nothing will be. */
  readonly secondsUntilDue: (context: Context) => Promise<number | undefined>;
  /**
   * Does some of what is due. Runs inside a unit of work, as `Consumer.handle` does. `coming` are the changes that are committed and not
   * handled, since a transaction that began before theirs is under way. What one of them bears on waits, and then it gives `"later"`.
   */
  readonly handle: (unit: Unit, coming: readonly WrittenDelivery[]) => Promise<"done" | "later">;
}

export function defineConsumer(consumer: Consumer): Consumer {
  return consumer;
}
