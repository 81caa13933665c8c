import type { RunFuture } from "./future.ts";

/** A run that can be ended from outside: a task run or a subflow run. */
export interface Interruptible {
  interrupt(reason: Error): void;
  /** Whether its function has begun. */
  readonly started: boolean;
}

/** The runs that somebody waits for, and those among them that have failed. */
export class RunsUnderWay {
  readonly #active = new Set<Interruptible>();
  readonly #failed: RunFuture<unknown>[] = [];
  #idle: PromiseWithResolvers<void> | undefined;

  enter(run: Interruptible): void {
    this.#active.add(run);
  }

  /** Without a future where somebody else hears of its failure. */
  leave(run: Interruptible, future?: RunFuture<unknown>): void {
    this.#active.delete(run);
    if (future?.final !== undefined && future.final.type !== "COMPLETED") this.#failed.push(future);
    if (this.#active.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  interrupt(reason: Error): void {
    for (const run of [...this.#active]) run.interrupt(reason);
  }

  /** Ends the runs that have not begun: their results are no longer needed. */
  interruptWaiting(reason: Error): void {
    for (const run of [...this.#active]) if (!run.started) run.interrupt(reason);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) {
      this.#idle ??= Promise.withResolvers();
      await this.#idle.promise;
    }
    // Node reports unhandled rejections after the promises have settled.
    if (this.#failed.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Failed runs that were not awaited. A run that cancelled itself does not count as failed. */
  unobservedFailures(): RunFuture<unknown>[] {
    return this.#failed.filter(({ observed, final }) => !observed && final?.type !== "CANCELLED");
  }
}
