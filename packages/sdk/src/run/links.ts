import type { RunFuture } from "./future.ts";

const mark: unique symbol = Symbol.for("ostinato.link") as never;

/** A future among the arguments, and whether its failure is allowed. */
export interface Link {
  readonly future: RunFuture<unknown>;
  readonly whenFailed: "throw" | "give";
}

/** A future that resolves with its error instead of rejecting: made by `allowFailure`. */
export class AllowedFailure<T> implements PromiseLike<T | Error>, Link {
  readonly [mark] = true as const;
  readonly future: RunFuture<T>;
  readonly whenFailed = "give" as const;

  constructor(future: RunFuture<T>) {
    this.future = future;
    future.observe();
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited like a promise.
  then<A = T | Error, B = never>(
    onFulfilled?: ((value: T | Error) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.future.noteAwaited();
    const given = this.future.outcome.then((final) => (final.type === "COMPLETED" ? final.value : final.error));
    return given.then(onFulfilled, onRejected);
  }
}

/**
 * Lets a task run although one that it needs may fail: in place of the value it gets the error. Awaited, it gives the same.
 *
 * ```ts
 * import { allowFailure, flow, task } from "ostinato";
 *
 * const fetchRates = task(async function fetchRates(): Promise<number[]> { throw new Error("closed on sundays"); });
 * const report = task(function report(rates: number[] | Error) { return rates instanceof Error ? "no rates" : "rates"; });
 *
 * export const daily = flow(async function daily() { return await report(allowFailure(fetchRates())); });
 * ```
 */
export function allowFailure<T>(future: RunFuture<T>): AllowedFailure<T> {
  return new AllowedFailure(future);
}

export function isLink(value: object): value is AllowedFailure<unknown> {
  return mark in value;
}
