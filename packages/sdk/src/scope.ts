import type { Clock } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";
import { Provenance } from "./identity/provenance.ts";
import type { KeptResults } from "./results/kept-results.ts";
import type { RunFuture } from "./run/future.ts";
import type { Limiter } from "./run/limiter.ts";
import { type FailureOwner, rememberOwner } from "./run/unhandled-failures.ts";
import type { Session } from "./session/session.ts";

export interface ScopeOptions {
  /** Undefined for a task called outside of flows until `open` sets it. */
  readonly session: Session | undefined;
  readonly clock: Clock;
  readonly flowRunId: string | undefined;
  readonly attempt: number;
  readonly related: readonly Resource[];
  readonly limiter: Limiter | undefined;
  readonly logPrints: boolean;
  readonly persist: boolean;
  /** The result store that the flow names, if any. */
  readonly resultStorage: string | undefined;
  /** Results of earlier attempts of the flow run. */
  readonly kept: KeptResults | undefined;
}

/** A run that can be ended from outside: a task run or a subflow run. */
export interface Interruptible {
  interrupt(reason: Error): void;
  /** Whether its function has begun. */
  readonly started: boolean;
}

/** State shared by the task runs of one attempt of a flow run, or by those of one task called outside of flows. */
export class Scope implements FailureOwner {
  readonly clock: Clock;
  readonly flowRunId: string | undefined;
  readonly attempt: number;
  readonly related: readonly Resource[];
  readonly limiter: Limiter | undefined;
  readonly logPrints: boolean;
  readonly persist: boolean;
  readonly resultStorage: string | undefined;
  readonly kept: KeptResults | undefined;
  /** Tracks which run of the scope made which value. */
  readonly provenance = new Provenance();
  /** Set when the scope is ended from outside. Nothing starts after that. */
  interruption: Error | undefined;
  #session: Session | undefined;
  readonly #active = new Set<Interruptible>();
  readonly #failed: RunFuture<unknown>[] = [];
  #unhandledFailure: Error | undefined;
  readonly #counts = new Map<string, number>();
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: ScopeOptions) {
    this.#session = options.session;
    this.clock = options.clock;
    this.flowRunId = options.flowRunId;
    this.attempt = options.attempt;
    this.related = options.related;
    this.limiter = options.limiter;
    this.logPrints = options.logPrints;
    this.persist = options.persist;
    this.resultStorage = options.resultStorage;
    this.kept = options.kept;
  }

  get session(): Session {
    if (this.#session === undefined) throw new Error("the session of this scope is not open yet");
    return this.#session;
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  open(session: Session): void {
    this.#session = session;
  }

  /** Counts calls per key: 0, 1, 2, … */
  count(key: string): number {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return count;
  }

  /** The scope waits for the run from now on, and fails with it unless its failure is handled. */
  enter(run: Interruptible): void {
    this.#active.add(run);
  }

  leave(run: Interruptible, future: RunFuture<unknown>): void {
    this.#active.delete(run);
    if (future.final !== undefined && future.final.type !== "COMPLETED") {
      this.#failed.push(future);
      rememberOwner(future.final.error, this);
    }
    if (this.#active.size === 0) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
  }

  /** Ends the runs in the scope and prevents new ones from starting. */
  interrupt(reason: Error): void {
    this.interruption ??= reason;
    for (const run of [...this.#active]) run.interrupt(reason);
  }

  /** Ends the runs that have not begun: their results are no longer needed. */
  interruptWaiting(reason: Error): void {
    for (const run of [...this.#active]) if (!run.started) run.interrupt(reason);
  }

  /** Resolves when nothing runs in the scope. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) {
      this.#idle ??= Promise.withResolvers();
      await this.#idle.promise;
    }
    // Node reports unhandled rejections after the promises have settled.
    if (this.#failed.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Records an error of a run that surfaced as an unhandled rejection. The first one fails the scope. */
  keepUnhandled(error: Error): void {
    this.#unhandledFailure ??= error;
  }

  get unhandledFailure(): Error | undefined {
    return this.#unhandledFailure;
  }

  /** Failed runs that were not awaited. A run that cancelled itself does not count as failed. */
  unobservedFailures(): RunFuture<unknown>[] {
    return this.#failed.filter(({ observed, final }) => !observed && final?.type !== "CANCELLED");
  }
}
