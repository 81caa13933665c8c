import { hasLost } from "@ostinato/client/flow-run-states";
import { isTerminal, stateNames } from "@ostinato/core";
import type { FlowRun, State, StateCreate } from "@ostinato/protocol";
import type { JobEnd } from "../drivers/job-end.ts";

/** A run as the worker holds it: by its claim, or in the state in which it was found. */
export interface Hold {
  /** The id of the PENDING state by which the run was taken. */
  readonly token: string;
}

/** What becomes of a job while its run is in the state that the server tells. */
export type Fate =
  | { readonly kind: "go-on" }
  /** Somebody has cancelled the run. */
  | { readonly kind: "cancel" }
  /** The run has ended or is suspended: its job has little left to do. */
  | { readonly kind: "let-end" }
  /** The run is somebody else's by now, or nobody's. */
  | { readonly kind: "stop"; readonly why: string };

/** Decides by the run as the server has it; undefined where it was deleted. */
export function fateOf(run: Pick<FlowRun, "state"> | undefined, hold: Hold): Fate {
  const state = run?.state;
  if (state === undefined || state === null) return { kind: "stop", why: "it was deleted" };
  if (hasLost(hold, state)) return { kind: "stop", why: "the server has given it to another process" };
  if (isTerminal(state.type) && state.type === "CANCELLED") return { kind: "cancel" };
  if (isTerminal(state.type) || isSuspended(state)) return { kind: "let-end" };
  return { kind: state.type === "CANCELLING" ? "cancel" : "go-on" };
}

/** A run that is only paused waits in its process, and goes on there. */
function isSuspended({ type, state_details }: State): boolean {
  return type === "PAUSED" && state_details.pause_reschedule === true;
}

/** How the job ended, and why the worker stopped it, if it did. */
export interface Ended {
  readonly end: JobEnd;
  readonly stoppedBecause: "cancelled" | "draining" | "lost" | undefined;
}

/** A state that the worker proposes for a run whose job has ended. */
export interface Settlement {
  readonly state: StateCreate;
  /** Beside all rules: for a run that has crashed in place of being cancelled. */
  readonly force: boolean;
}

/** The end that the run did not reach by itself; undefined where the server has what there is to know. */
export function settlementOf(
  run: Pick<FlowRun, "state"> | undefined,
  hold: Hold,
  { end, stoppedBecause }: Ended,
): Settlement | undefined {
  const state = run?.state;
  if (state === undefined || state === null || hasLost(hold, state)) return undefined;
  const isCancelled = stoppedBecause === "cancelled";
  if (isCancelled && state.type === "CRASHED") return { state: cancelled(null), force: true };
  if (isTerminal(state.type) || isSuspended(state)) return undefined;
  if (state.type === "CANCELLING") return { state: cancelled(state.message), force: false };
  // Python's client schedules a run anew by itself where its process is told to end.
  if (state.type === "SCHEDULED" && end.exitCode === 0) return undefined;
  // The machine may come back with the run: its signs of life decide.
  if (end.reason === "lost") return undefined;
  return { state: crashed(end, stoppedBecause), force: false };
}

function cancelled(message: string | null): StateCreate {
  return { type: "CANCELLED", name: stateNames.cancelled, message };
}

/** What never started would not start a second time, so a restart after a crash is not for it. */
function crashed(end: JobEnd, stoppedBecause: Ended["stoppedBecause"]): StateCreate {
  const message =
    stoppedBecause === "draining"
      ? "The worker was told to stop, and ended the run when its time to finish was over."
      : end.message;
  const details = end.reason === "not-started" ? {} : { state_details: { process_lost: true } };
  return { type: "CRASHED", name: stateNames.crashed, message, ...details };
}

/** What a worker does with a job that it finds and does not hold. */
export type Adoption = "adopt" | "leave" | "remove";

export interface FoundJob {
  readonly hold: Hold;
  /** Whose job it is: this worker's from before it was restarted, that of one that gives signs of life, or of one that gives none. */
  readonly owner: "own" | "online" | "silent";
}

/** Decides by the run as the server has it; undefined where it was deleted. A job of a lost claim is nobody's. */
export function adoptionOf(run: Pick<FlowRun, "state"> | undefined, { hold, owner }: FoundJob): Adoption {
  if (owner === "online") return "leave";
  return fateOf(run, hold).kind === "stop" ? "remove" : "adopt";
}
