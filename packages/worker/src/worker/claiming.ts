import { type Clock, withJitter } from "@ostinato/core";
import type { claimRunsOfWorkPool, FlowRun } from "@ostinato/protocol";
import type { WorkerContext } from "./worker-context.ts";

/** The most runs that one request claims, as the server bounds it. */
const maxClaims = 100;
/** Seconds between two requests that nothing has asked for: a lost hint costs no more than that. */
const everySeconds = 10;

export interface ClaimingOptions {
  readonly worker: Pick<WorkerContext, "client" | "clock" | "contact" | "counts" | "name" | "pool" | "say">;
  readonly queues: readonly string[];
  /** How many more runs the worker takes now. */
  readonly free: () => number;
  readonly onClaimed: (run: FlowRun) => void;
  /** Called when the answer of a request was lost: the server may have given runs that nobody knows of. */
  readonly onLostAnswer: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Takes due runs of a pool: when it is told that some are due, when a place becomes free, and now and then. */
export class Claiming {
  readonly #options: ClaimingOptions;
  #asking: Promise<void> | undefined;
  #again = false;
  #isClosed = false;
  #stopTimer = () => {};
  #lastAnswer: number | undefined;

  constructor(options: ClaimingOptions) {
    this.#options = options;
    options.worker.contact.onFound(() => this.ask());
  }

  /** Seconds since the server last answered; undefined before. */
  get secondsSinceAnswer(): number | undefined {
    return this.#lastAnswer === undefined ? undefined : this.#clock.elapsed() - this.#lastAnswer;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Asks for runs, or once more after the request that is under way. */
  ask(): void {
    if (this.#isClosed) return;
    if (this.#asking !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#asking = this.#askOnce().finally(() => {
      this.#asking = undefined;
      if (this.#again) this.ask();
    });
  }

  /** Takes no more runs. Resolves when no request is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    await this.#asking;
  }

  get #clock(): Clock {
    return this.#options.worker.clock;
  }

  async #askOnce(): Promise<void> {
    const { worker, queues, free, onClaimed, onLostAnswer, onFailed } = this.#options;
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(withJitter(everySeconds, 0.3), () => this.ask());
    const limit = Math.min(maxClaims, free());
    if (limit < 1 || !worker.contact.isThere) return;
    try {
      const claimed = await worker.client.call<typeof claimRunsOfWorkPool>("POST /work_pools/{name}/claim", {
        params: { name: worker.pool().name },
        body: { worker_name: worker.name, work_queue_names: queues.length === 0 ? null : [...queues], limit },
        retries: 0,
        repeatable: false,
      });
      this.#lastAnswer = this.#clock.elapsed();
      worker.counts.claimed += claimed.length;
      for (const { flow_run } of claimed) onClaimed(flow_run);
      // There may be more, as far as places are free.
      if (claimed.length === limit) this.#again = true;
    } catch (error) {
      worker.counts.failedClaims += 1;
      onFailed(error);
      onLostAnswer();
    }
  }
}
