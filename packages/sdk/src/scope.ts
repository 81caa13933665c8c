import type { Clock } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";
import type { TrackedAssets } from "./assets/tracked.ts";
import { Provenance } from "./identity/provenance.ts";
import type { KeptResults } from "./results/kept-results.ts";
import type { ResultStorage } from "./results/result-stores.ts";
import type { RunFuture } from "./run/future.ts";
import type { Limiter } from "./run/limiter.ts";
import { type Interruptible, RunsUnderWay } from "./run/runs-under-way.ts";
import { type FailureOwner, rememberOwner } from "./run/unhandled-failures.ts";
import type { Session } from "./session/session.ts";

export interface ScopeOptions {
  /** Undefined for a task called outside of flows until `open` sets it. */
  readonly session: Session | undefined;
  readonly clock: Clock;
  readonly flowRunId: string | undefined;
  readonly attempt: number;
  /** Whether the flow has run before, so that its calls may have been made already. */
  readonly isAgain: boolean;
  readonly related: readonly Resource[];
  readonly limiter: Limiter | undefined;
  readonly logPrints: boolean;
  readonly persist: boolean;
  /** The result store that the flow names, if any. */
  readonly resultStorage: ResultStorage | undefined;
  /** Results of earlier attempts of the flow run. */
  readonly kept: KeptResults | undefined;
}

/** State shared by the task runs of one attempt of a flow run, or by those of one task called outside of flows. */
export class Scope implements FailureOwner {
  readonly clock: Clock;
  readonly flowRunId: string | undefined;
  readonly attempt: number;
  readonly isAgain: boolean;
  readonly related: readonly Resource[];
  readonly limiter: Limiter | undefined;
  readonly logPrints: boolean;
  readonly persist: boolean;
  readonly resultStorage: ResultStorage | undefined;
  readonly kept: KeptResults | undefined;
  /** Tracks which run of the scope made which value. */
  readonly provenance = new Provenance();
  /** The assets that its task runs leave to those that take their results; undefined while there are none. */
  assets: TrackedAssets | undefined;
  /** Set when the scope is ended from outside. Nothing starts after that. */
  interruption: Error | undefined;
  #session: Session | undefined;
  readonly #runs = new RunsUnderWay();
  #unhandledFailure: Error | undefined;
  readonly #counts = new Map<string, number>();

  constructor(options: ScopeOptions) {
    this.#session = options.session;
    this.clock = options.clock;
    this.flowRunId = options.flowRunId;
    this.attempt = options.attempt;
    this.isAgain = options.isAgain;
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
    this.#runs.enter(run);
  }

  /** Without a future where somebody else hears of its failure. */
  leave(run: Interruptible, future?: RunFuture<unknown>): void {
    const { final } = future ?? {};
    if (final !== undefined && final.type !== "COMPLETED") rememberOwner(final.error, this);
    this.#runs.leave(run, future);
  }

  /** Ends the runs in the scope and prevents new ones from starting. */
  interrupt(reason: Error): void {
    this.interruption ??= reason;
    this.#runs.interrupt(reason);
  }

  /** Ends the runs that have not begun: their results are no longer needed. */
  interruptWaiting(reason: Error): void {
    this.#runs.interruptWaiting(reason);
  }

  /** Resolves when nothing runs in the scope. */
  idle(): Promise<void> {
    return this.#runs.idle();
  }

  /** Records an error of a run that surfaced as an unhandled rejection. The first one fails the scope. */
  keepUnhandled(error: Error): void {
    this.#unhandledFailure ??= error;
  }

  get unhandledFailure(): Error | undefined {
    return this.#unhandledFailure;
  }

  /** Failed runs that were not awaited. */
  unobservedFailures(): RunFuture<unknown>[] {
    return this.#runs.unobservedFailures();
  }
}
