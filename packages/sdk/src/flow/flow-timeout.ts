import type { Clock } from "@ostinato/core";

/** The time that an attempt of a flow may take. The time in which the run is paused does not count. */
export class FlowTimeLimit {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #leftSeconds: number;
  #since = 0;
  #stop: (() => void) | undefined;

  constructor(clock: Clock, seconds: number, onOver: () => void) {
    this.#clock = clock;
    this.#leftSeconds = seconds;
    this.#onOver = onOver;
    this.run();
  }

  /** Lets the time run. */
  run(): void {
    if (this.#stop !== undefined) return;
    this.#since = this.#clock.elapsed();
    this.#stop = this.#clock.after(Math.max(0, this.#leftSeconds), this.#onOver);
  }

  /** Lets the time stand still until it is to run again. */
  halt(): void {
    if (this.#stop === undefined) return;
    this.#stop();
    this.#stop = undefined;
    this.#leftSeconds -= this.#clock.elapsed() - this.#since;
  }
}
