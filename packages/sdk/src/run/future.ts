import type { FinalState, RunState } from "../states.ts";
import { type Ending as CallEnding, noteAwaited } from "./call-order.ts";

// Recognizes futures of other copies of this package in the same program.
const brand: unique symbol = Symbol.for("ostinato.future") as never;

/** `resolve` is a method rather than a property, so that a future of a narrower type is assignable to one of a wider type. */
interface Ending<T> {
  readonly promise: Promise<FinalState<T>>;
  resolve(final: FinalState<T>): void;
}

/**
 * A called run: a promise of its value that also describes the run. A failure that is not awaited is not an unhandled rejection; it fails
 * the flow that made the call.
 */
export abstract class RunFuture<T> implements Promise<T> {
  readonly [brand] = true as const;
  readonly [Symbol.toStringTag]: string = "RunFuture";
  readonly #ending: Ending<T> = Promise.withResolvers<FinalState<T>>();
  #final: FinalState<T> | undefined;
  #observed = false;
  #callEnding: CallEnding | undefined;

  /** The name of the run. */
  abstract readonly name: string;
  /** The name of the task or flow that was called. */
  protected abstract readonly callee: string;
  /** The present state of the run. */
  abstract readonly state: RunState;
  /** Cancels the run: its signal is aborted, and awaiting it throws `Cancelled`. Has no effect on a run that is over. */
  abstract cancel(reason?: string): void;
  /** The task runs from which the value of this future comes. */
  abstract taskRunIds(): readonly string[];

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited like a promise.
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.noteAwaited();
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
    this.noteAwaited();
    return new DerivedPromise(this, this.#value().finally(onFinally));
  }

  /** Resolves with the final state once the run is over. Never rejects: the state contains the failure. */
  finished(): Promise<FinalState<T>> {
    this.noteAwaited();
    this.observe();
    return this.#ending.promise;
  }

  /** Notes that the running code waits for this run, so that what it calls afterwards is known to come after it. */
  noteAwaited(): void {
    noteAwaited(this, (after) => {
      this.#callEnding ??= { over: this.#final === undefined ? undefined : this.#over(), after };
      return this.#callEnding;
    });
  }

  /** Whether the program handles a failure. */
  get observed(): boolean {
    return this.#observed;
  }

  /** Marks a failure as handled. */
  observe(): void {
    this.#observed = true;
  }

  /** The final state, for the engine: reading it does not mark a failure as handled. */
  get outcome(): Promise<FinalState<T>> {
    return this.#ending.promise;
  }

  /** The final state, if the run is over. */
  get final(): FinalState<T> | undefined {
    return this.#final;
  }

  protected settle(final: FinalState<T>): void {
    this.#final = final;
    if (this.#callEnding !== undefined) this.#callEnding.over = this.#over();
    this.#ending.resolve(final);
  }

  #over(): CallEnding["over"] {
    const taskRunId = this.taskRunIds().at(-1);
    return taskRunId === undefined ? undefined : { callee: this.callee, taskRunId };
  }

  async #value(): Promise<T> {
    const final = await this.#ending.promise;
    if (final.type === "COMPLETED") return final.value;
    throw final.error;
  }
}

/** The result of `then` without a handler for failures: a failure stays unhandled until this promise is awaited. */
class DerivedPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = "Promise";
  readonly #source: RunFuture<unknown>;
  readonly #promise: Promise<T>;

  constructor(source: RunFuture<unknown>, promise: Promise<T>) {
    this.#source = source;
    this.#promise = promise;
    // Mutes the rejection that comes from the run's own failure, which the flow reports. An error thrown by the handler stays an unhandled
    // rejection.
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
