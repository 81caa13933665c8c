import { isNotFound } from "@ostinato/client";
import type { Claim } from "@ostinato/client/flow-run-states";
import { hasLost, proposeState, readState } from "@ostinato/client/flow-run-states";
import { isTerminal, stateNames } from "@ostinato/core";
import { type RunProcessEnd, whyRunCrashed } from "@ostinato/core/run-process-end";
import type { FlowRun, readFlowRun } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import { heartbeatDetails } from "../run/heartbeat-details.ts";
import type { Session } from "../session/session.ts";
import type { RunState } from "../states.ts";
import type { RunProcess } from "./run-process.ts";

export interface HeldRunOptions {
  readonly session: Session;
  /** The process that is to execute the run. */
  readonly startProcess: () => RunProcess;
  readonly killAfterSeconds: number;
}

/** A run that this process has claimed: from the claim until the run's process has ended and the server knows it. */
export class HeldRun {
  readonly id: string;
  readonly name: string;
  /** The state in which the run was offered. */
  readonly #offered: string | null;
  readonly #options: HeldRunOptions;
  /** Undefined where the server is Prefect's, which knows no claims. */
  readonly #claim: Claim | undefined;
  readonly #process: RunProcess;
  #state: RunState;
  #isStopping = false;
  #stopTimers = () => {};

  private constructor(run: FlowRun, state: RunState, options: HeldRunOptions) {
    this.id = run.id;
    this.name = run.name;
    this.#offered = run.state_id;
    this.#options = options;
    this.#state = state;
    this.#claim = options.session.server === undefined ? undefined : { token: state.id };
    this.#process = options.startProcess();
    this.#process.give({ flowRunId: run.id, token: state.id });
    void this.#submitting();
  }

  /** Claims the run and starts its process. Undefined where the server does not give it: somebody else has it, or it has to wait. */
  static async take(run: FlowRun, options: HeldRunOptions): Promise<HeldRun | undefined> {
    if (run.state === null) return undefined;
    const { session } = options;
    const decision = await proposeState(session, {
      flowRunId: run.id,
      from: readState(run.state),
      state: { type: "PENDING", name: stateNames.pending, state_details: heartbeatDetails(session) },
    }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (decision?.status !== "ACCEPT") return undefined;
    return new HeldRun(run, decision.state, options);
  }

  /**
   * The run was cancelled. Its process hears that too and ends by itself; otherwise it is told by SIGTERM after half of the time, and killed
   * at its end.
   */
  cancel(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { session, killAfterSeconds } = this.#options;
    const stops = [
      session.clock.after(killAfterSeconds / 2, () => this.#process.signal("SIGTERM")),
      session.clock.after(killAfterSeconds, () => this.#process.signal("SIGKILL")),
    ];
    this.#stopTimers = () => {
      for (const stop of stops) stop();
    };
  }

  /** Whether the server took the run back, as it offers it anew. The same offer may come late. */
  wasTakenBack({ state_id }: FlowRun): boolean {
    return state_id !== this.#offered;
  }

  /** Ends the process, because this one ends or the run is no longer its own. */
  end(signal: "SIGTERM" | "SIGKILL"): void {
    this.#process.signal(signal);
  }

  /** Resolves when the process has ended, the server knows the state of the run, and this side has said so. */
  async ended(): Promise<void> {
    const end = await this.#process.ended;
    this.#stopTimers();
    try {
      this.#say(await this.#settle(end));
    } catch (error) {
      this.#say(`its process has ended, but the server could not be told: ${failureMessage(error)}`, logLevels.error);
    }
  }

  /** Tells that the process is being started. The run does not depend on it. */
  async #submitting(): Promise<void> {
    const { session } = this.#options;
    const state = { type: "PENDING", name: stateNames.submitting, state_details: heartbeatDetails(session) } as const;
    await proposeState(session, { flowRunId: this.id, from: this.#state, state, claim: this.#claim }).catch(() => {});
  }

  /** Gives the run an end where its process could not. Returns what became of the run. */
  async #settle(end: RunProcessEnd): Promise<string> {
    const { session } = this.#options;
    const run = await session.client
      .call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: this.id } })
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    if (run?.state === undefined || run.state === null) return "was deleted on the server";
    const state = readState(run.state);
    const { type, name, message } = state;
    if (isTerminal(type)) return sentence(state);
    if (hasLost(this.#claim, run.state)) return `is ${name}, and not this process's any more`;
    // A run that is only paused needs its process.
    if (type === "PAUSED" && run.state.state_details.pause_reschedule === true) return `is ${name}`;
    if (type === "CANCELLING") return await this.#propose(state, { type: "CANCELLED", message });
    return await this.#propose(state, { type: "CRASHED", message: whyRunCrashed(end) });
  }

  async #propose(
    from: RunState,
    { type, message }: { readonly type: "CANCELLED" | "CRASHED"; readonly message: string },
  ): Promise<string> {
    const { session } = this.#options;
    const name = type === "CANCELLED" ? stateNames.cancelled : stateNames.crashed;
    const state = { type, name, message, ...(type === "CRASHED" ? { state_details: { process_lost: true } } : {}) };
    const decision = await proposeState(session, { flowRunId: this.id, from, state, claim: this.#claim });
    if (decision.status === "ABORT") return `is ${decision.state.name}: ${decision.reason ?? ""}`;
    return sentence(decision.state);
  }

  #say(what: string, level: number = logLevels.info): void {
    notice(level, `run "${this.name}" ${what}`);
  }
}

function sentence({ name, message }: RunState): string {
  return message === "" ? `ended as ${name}` : `ended as ${name}: ${message}`;
}
