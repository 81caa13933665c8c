/** Ends a run from outside: abandons what it waits for, and aborts its signal. */
export class Interruption {
  #reason: Error | undefined;
  #leave: ((reason: Error) => void) | undefined;
  #controller: AbortController | undefined;

  /** The reason for the interruption; undefined without one. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** The signal of the current attempt, created on demand because most tasks never read it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  interrupt(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#leave?.(reason);
  }

  /** Interrupts the run and returns the reason to throw. */
  end(reason: Error): Error {
    this.interrupt(reason);
    return reason;
  }

  /** Ends the current attempt, but not the run: aborts its signal and rejects its `guard`. */
  endAttempt(reason: Error): void {
    this.#controller?.abort(reason);
    this.#leave?.(reason);
  }

  /** A new attempt gets a new signal. */
  beginAttempt(): void {
    this.#controller = undefined;
  }

  /** Resolves with the promise, or rejects with the reason when the run is interrupted first. Guards one promise at a time. */
  guard<T>(promise: Promise<T>): Promise<T> {
    if (this.#reason !== undefined) {
      // Code that hears of the interruption by the signal rejects as well.
      promise.catch(() => {});
      return Promise.reject(this.#reason);
    }
    return new Promise((resolve, reject) => {
      this.#leave = reject;
      promise.then(resolve, reject);
    });
  }

  /** Throws the reason if the run was interrupted. */
  check(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }
}
