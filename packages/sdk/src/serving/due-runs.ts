import { secondsBetween, stateNames, toTimestamp } from "@ostinato/core";
import type { FlowRun, scheduledRunsOfDeployments } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import type { Api, Lifetime } from "../session/roles.ts";
import type { ServerTime } from "../session/server-time.ts";

/** The process of the run waits for its next attempt. */
function waitsInProcess({ state_name, empirical_policy: { retry_type } }: FlowRun): boolean {
  return state_name === stateNames.awaitingRetry && retry_type === "in_process";
}

export interface DueRunsOptions {
  readonly session: Pick<Api, "client"> & Pick<Lifetime, "clock">;
  readonly serverTime: ServerTime;
  /** Learns the server's time. Never rejects. */
  readonly synchronize: () => Promise<void>;
  readonly deploymentIds: () => readonly string[];
  /** How many more runs can be taken now. */
  readonly free: () => number;
  /** Hears of a run whose time comes in at most `aheadSeconds`; of each again with every answer. */
  readonly prepare: (run: FlowRun) => void;
  /** Takes a run whose time has come. */
  readonly take: (run: FlowRun) => void;
}

/** Seconds between two questions without a hint from the server. Each looks so far ahead that the next one is soon enough to prepare a run. */
const everySeconds = 15;
/** A process needs about a second to start and load its flow, more on a busy machine. */
export const aheadSeconds = 5;
/** How long a run that could not be taken is left alone. */
const restSeconds = 30;
/** A question has room for runs beyond those that can be taken, for those that are left alone. */
const maxRows = 200;

/**
 * Finds the runs of deployments whose time has come. It asks when it is told that some are due, and at long intervals; runs of the near
 * future wait here for their time, so that they start on time even where hints are lost.
 */
export class DueRuns {
  readonly #options: DueRunsOptions;
  readonly #waiting = new Map<string, () => void>();
  /** States of runs that could not be taken, and when they may be tried again. */
  readonly #left = new Map<string, number>();
  #stopTimer = () => {};
  #asking = false;
  #askAgain = false;
  #closed = false;

  constructor(options: DueRunsOptions) {
    this.#options = options;
  }

  /** Asks now, and again after the interval. */
  ask(): void {
    if (this.#closed) return;
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    void this.#ask().finally(() => {
      this.#asking = false;
      const again = this.#askAgain;
      this.#askAgain = false;
      if (again) this.ask();
    });
  }

  /** A run that could not be taken is not offered again for a while, unless it comes into another state. */
  leave({ state_id }: FlowRun): void {
    if (state_id !== null) this.#left.set(state_id, this.#options.session.clock.elapsed() + restSeconds);
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer();
    this.#forgetWaiting();
  }

  /** The server's clock may have been moved since the last time. */
  async #askAtInterval(): Promise<void> {
    await this.#options.synchronize();
    this.ask();
  }

  async #ask(): Promise<void> {
    const { session, serverTime, deploymentIds, free } = this.#options;
    this.#stopTimer();
    this.#stopTimer = session.clock.after(everySeconds, () => void this.#askAtInterval());
    this.#forgetLeft();
    const places = free();
    const deployment_ids = [...deploymentIds()];
    if (places <= 0 || deployment_ids.length === 0) return;
    try {
      const runs = await session.client.call<typeof scheduledRunsOfDeployments>(
        "POST /deployments/get_scheduled_flow_runs",
        {
          body: {
            deployment_ids,
            scheduled_before: serverTime.in(everySeconds + aheadSeconds),
            limit: Math.min(maxRows, places + this.#left.size),
          },
          retries: 0,
        },
      );
      if (!this.#closed) this.#found(runs);
    } catch (error) {
      // The session says when the server is away; the next question comes in any case.
      notice(logLevels.debug, `due runs could not be asked for: ${failureMessage(error)}`);
    }
  }

  #found(runs: readonly FlowRun[]): void {
    const { clock } = this.#options.session;
    this.#forgetWaiting();
    for (const run of runs) {
      if (waitsInProcess(run)) this.leave(run);
      if (this.#left.has(run.state_id ?? "")) continue;
      const seconds = this.#secondsUntil(run);
      if (seconds <= 0) this.#take(run);
      else {
        const stops = [
          clock.after(Math.max(0, seconds - aheadSeconds), () => this.#options.prepare(run)),
          clock.after(seconds, () => this.#take(run)),
        ];
        this.#waiting.set(run.id, () => {
          for (const stop of stops) stop();
        });
      }
    }
  }

  #take(run: FlowRun): void {
    this.#waiting.delete(run.id);
    if (this.#options.free() > 0) this.#options.take(run);
  }

  #secondsUntil({ next_scheduled_start_time: time }: FlowRun): number {
    return time === null ? 0 : secondsBetween(this.#options.serverTime.now(), toTimestamp(time));
  }

  #forgetWaiting(): void {
    for (const stop of this.#waiting.values()) stop();
    this.#waiting.clear();
  }

  #forgetLeft(): void {
    const now = this.#options.session.clock.elapsed();
    for (const [id, until] of this.#left) if (until <= now) this.#left.delete(id);
  }
}
