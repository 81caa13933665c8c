import type { FinalState, RunState } from "../states.ts";

// Two copies of this package in one program know each other's futures by it.
const brand: unique symbol = Symbol.for("ostinato.future") as never;

/** `resolve` is a method and no property, so that a future of a narrower type is one of a wider type too. */
interface Ending<T> {
  readonly promise: Promise<FinalState<T>>;
  resolve(final: FinalState<T>): void;
}

/**
 * A run that was called: a promise of its value that also knows the run. A failure that nobody awaits is no unhandled
 * rejection; it fails the flow in which the run was called.
 */
export abstract class RunFuture<T> implements Promise<T> {
  readonly [brand] = true as const;
  readonly [Symbol.toStringTag]: string = "RunFuture";
  readonly #ending: Ending<T> = Promise.withResolvers<FinalState<T>>();
  #final: FinalState<T> | undefined;
  #observed = false;

  /** The name of the run. */
  abstract readonly name: string;
  /** Where the run is now. */
  abstract readonly state: RunState;
  /** Ends the run as cancelled: its signal is aborted, and awaiting it throws `Cancelled`. Nothing happens when it is over. */
  abstract cancel(reason?: string): void;
  /** The task runs that a value of this future comes from. */
  abstract taskRunIds(): readonly string[];

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited like a promise.
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (typeof onRejected === "function") {
      this.observe();
      return this.#value().then(onFulfilled, onRejected);
    }
    return new DerivedPromise(this, this.#value().then(onFulfilled)) as Promise<A | B>;
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return new DerivedPromise(this, this.#value().finally(onFinally));
  }

  /** The final state, once the run is over. Never rejects: a failure is in it. */
  finished(): Promise<FinalState<T>> {
    this.observe();
    return this.#ending.promise;
  }

  /** Whether somebody takes care of a failure. */
  get observed(): boolean {
    return this.#observed;
  }

  /** Marks a failure as taken care of. */
  observe(): void {
    this.#observed = true;
  }

  /** The final state without taking care of a failure, for the engine. */
  get outcome(): Promise<FinalState<T>> {
    return this.#ending.promise;
  }

  /** The final state where there is one already. */
  get final(): FinalState<T> | undefined {
    return this.#final;
  }

  protected settle(final: FinalState<T>): void {
    this.#final = final;
    this.#ending.resolve(final);
  }

  async #value(): Promise<T> {
    const final = await this.#ending.promise;
    if (final.type === "COMPLETED") return final.value;
    throw final.error;
  }
}

/** What `then` gives without a handler for failures: the failure is still the future's, until somebody awaits this. */
class DerivedPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = "Promise";
  readonly #source: RunFuture<unknown>;
  readonly #promise: Promise<T>;

  constructor(source: RunFuture<unknown>, promise: Promise<T>) {
    this.#source = source;
    this.#promise = promise;
    // Mutes the rejection that comes from the run's own failure, which the flow takes care of. An error of the handler
    // that was given to `then` stays an unhandled rejection.
    void source.outcome.then((final) => {
      if (final.type !== "COMPLETED") promise.catch(() => {});
    });
  }

  // biome-ignore lint/suspicious/noThenProperty: it stands for a promise.
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (typeof onRejected === "function") {
      this.#source.observe();
      return this.#promise.then(onFulfilled, onRejected);
    }
    return new DerivedPromise(this.#source, this.#promise.then(onFulfilled)) as Promise<A | B>;
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return new DerivedPromise(this.#source, this.#promise.finally(onFinally));
  }
}

/** Whether a value is a future, of this copy of the package or another. */
export function isFuture(value: unknown): value is RunFuture<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}
