import { logLevels } from "@ostinato/protocol/log-levels";
import { context } from "../context.ts";
import { Crashed } from "../errors.ts";
import type { RunSlots } from "../limits/run-slots.ts";
import { watchCancellation } from "./cancellation.ts";
import type { FlowDefinition } from "./flow-definition.ts";
import type { WatchedRun } from "./watched-run.ts";

interface RunWithSlots extends WatchedRun {
  readonly definition: FlowDefinition;
  readonly parameters: unknown;
  readonly signal: AbortSignal;
  say(level: number, message: string): void;
}

/** The slots that a flow needs by its key: taken before each attempt, and given back while the run waits for the next one. */
export class FlowSlots {
  readonly #run: RunWithSlots;
  /** The context is that of whoever calls the flow, until its function runs. */
  readonly #heldByCallers = context.getStore()?.heldLimits ?? [];
  #held: RunSlots | undefined;

  constructor(run: RunWithSlots) {
    this.#run = run;
  }

  /** The limits of which the run or one that called it holds slots. */
  get held(): readonly string[] {
    return this.#held === undefined ? this.#heldByCallers : [...this.#heldByCallers, ...this.#held.limits];
  }

  /** Waits for the slots, unless the run holds them. */
  async take(): Promise<void> {
    const run = this.#run;
    const { definition, session } = run;
    const { concurrency } = definition.options;
    if (this.#held !== undefined || typeof concurrency !== "object" || session.server === undefined) return;
    const { takeRunSlots } = await import("../limits/run-slots.ts");
    // Whoever cancels the run does not wait until it begins.
    const stopWatching = watchCancellation(run);
    this.#held = await takeRunSlots(session, {
      holder: { type: "flow_run", id: run.id },
      limits: { concurrency },
      owner: { kind: "flow", name: definition.name },
      args: run.parameters,
      heldByCallers: this.#heldByCallers,
      signal: run.signal,
      onWait: (sentence) => run.say(logLevels.info, sentence),
      onLost: (error) => run.interrupt(new Crashed(error.message)),
    }).finally(stopWatching);
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.release();
  }
}
