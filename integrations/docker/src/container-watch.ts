import type Docker from "dockerode";
import { type Clock, sleep } from "ostinato/driver";
import { engineMessage, statusOf } from "./engine.ts";

export interface WatchOptions {
  readonly clock: Clock;
  readonly notice: (level: "info" | "warning", message: string) => void;
}

/** How long to rely on the engine's word before looking again: a wait may never be answered. */
const lookSeconds = 30;
const pauseSeconds = 1;
/** How long a container may stay created without being started. */
const startSeconds = 30;

export type ContainerState = Docker.ContainerInspectInfo;

/** Looks at a container until it has ended. What counts is its state and never a connection: those end when the engine restarts, or hang. */
export class ContainerWatch {
  readonly #container: Docker.Container;
  readonly #options: WatchOptions;
  #isCutOff = false;

  constructor(container: Docker.Container, options: WatchOptions) {
    this.#container = container;
    this.#options = options;
  }

  /** The state of the container, as soon as the engine answers; undefined where there is no such container any more. */
  async look(): Promise<ContainerState | undefined> {
    for (;;) {
      try {
        const state = await this.#bounded(this.#container.inspect());
        this.#tell(undefined);
        return state;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        this.#tell(error);
        await sleep(this.#options.clock, pauseSeconds);
      }
    }
  }

  /**
   * Resolves with the state in which the container ended, or undefined where somebody has removed it.
   *
   * @param exit A wait that began before the container was started.
   */
  async untilEnded(exit?: Promise<unknown>): Promise<ContainerState | undefined> {
    const { clock } = this.#options;
    const giveUp = new AbortController();
    const begun = clock.elapsed();
    try {
      for (let waiting = exit; ; ) {
        const state = await this.look();
        if (state === undefined || hasEnded(state)) return state;
        if (waiting === undefined && isCreated(state)) {
          if (clock.elapsed() - begun > startSeconds) return state;
          await sleep(clock, pauseSeconds);
          continue;
        }
        waiting ??= this.#container.wait({ condition: "not-running", abortSignal: giveUp.signal });
        if (!(await isSettled(waiting, clock, lookSeconds))) continue;
        waiting = undefined;
        // An answer proves nothing: some engines give it of containers that still run, or never did.
        if (await this.#stillRuns()) await sleep(clock, pauseSeconds);
      }
    } finally {
      giveUp.abort();
    }
  }

  async #stillRuns(): Promise<boolean> {
    const state = await this.look();
    return state !== undefined && !hasEnded(state);
  }

  async #bounded<T>(answer: Promise<T>): Promise<T> {
    if (await isSettled(answer, this.#options.clock, lookSeconds)) return answer;
    throw new Error(`no answer within ${lookSeconds} s`);
  }

  /** Says once that the engine does not answer, and once that it does again. */
  #tell(error: unknown): void {
    const isCutOff = error !== undefined;
    if (isCutOff === this.#isCutOff) return;
    this.#isCutOff = isCutOff;
    if (isCutOff) {
      this.#options.notice(
        "warning",
        `The Docker engine does not answer (${engineMessage(error)}). The worker asks again until it does; the container may go on meanwhile.`,
      );
    } else this.#options.notice("info", "The Docker engine answers again.");
  }
}

/** Whether a promise settles within some seconds, in whichever way. */
async function isSettled(promise: Promise<unknown>, clock: Clock, seconds: number): Promise<boolean> {
  const late = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const time = sleep(clock, seconds, late.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([settled, time]);
  } finally {
    late.abort();
  }
}

/** Podman says `stopped` as well. */
export function hasEnded({ State }: ContainerState): boolean {
  return ["exited", "dead", "stopped"].includes(State.Status);
}

/** Podman has two more words for it. */
export function isCreated({ State }: ContainerState): boolean {
  return ["created", "configured", "initialized"].includes(State.Status);
}
