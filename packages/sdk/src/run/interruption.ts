/** The end of a run from outside: whatever it waits for is left, and its signal is aborted. */
export class Interruption {
  #reason: Error | undefined;
  #leave: ((reason: Error) => void) | undefined;
  #controller: AbortController | undefined;

  /** Why the run was ended from outside; undefined while it was not. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** The signal of the attempt under way. Made when somebody asks for it: most tasks never do. */
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

  /** Interrupts, and gives the reason to throw. */
  end(reason: Error): Error {
    this.interrupt(reason);
    return reason;
  }

  /** Ends the attempt under way, but not the run: its signal is aborted and what it is waited for in `guard` is left. */
  endAttempt(reason: Error): void {
    this.#controller?.abort(reason);
    this.#leave?.(reason);
  }

  /** A new attempt gets a new signal. */
  beginAttempt(): void {
    this.#controller = undefined;
  }

  /** The promise, unless the run is interrupted first: then the reason. One at a time. */
  guard<T>(promise: Promise<T>): Promise<T> {
    if (this.#reason !== undefined) return Promise.reject(this.#reason);
    return new Promise((resolve, reject) => {
      this.#leave = reject;
      promise.then(resolve, reject);
    });
  }

  /** Throws the reason when the run was interrupted. */
  check(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }
}
