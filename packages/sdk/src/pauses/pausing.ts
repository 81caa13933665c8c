import type { Decision } from "@ostinato/client/flow-run-states";
import { stateNames } from "@ostinato/core";
import type { FlowRun, State } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { Cancelled, PauseTimeout, RunAborted } from "../errors.ts";
import { heartbeatDetails } from "../run/heartbeat-details.ts";
import type { Scope } from "../scope.ts";
import { untilRun } from "../session/run-watch.ts";
import { askUntilValid, type Pause, type PausedFlow, type Question } from "./question.ts";

const lines = new WeakMap<Scope, Promise<unknown>>();

/** Pauses the flow until it is resumed, and gives the answer. Pauses that are asked for at once come one after the other. */
export function pauseFlow(flow: PausedFlow, pause: Pause): Promise<unknown> {
  const before = lines.get(flow.scope) ?? Promise.resolve();
  const answered = before.then(() => askUntilValid(flow, pause, { kind: "pause", wait: untilResumed }));
  lines.set(
    flow.scope,
    answered.catch(() => {}),
  );
  return answered;
}

async function untilResumed(flow: PausedFlow, question: Question): Promise<void> {
  for (;;) {
    if (await isFired(flow, question)) return;
    await question.keep();
    const { title } = question;
    flow.states.say(logLevels.info, `paused${title === undefined ? "" : `: ${title}`}. ${howToResume(flow)}`);
    if ((await waitForResumption(flow, question)) === "resumed") return;
  }
}

/** Pauses the run; true where this pause was answered before this process began. */
async function isFired({ states, session, name }: PausedFlow, { state }: Question): Promise<boolean> {
  const details = { ...state.state_details, ...heartbeatDetails(session) };
  const decision = await states.propose({ ...state, state_details: details });
  if (decision.status === "ACCEPT") return false;
  if (decision.status === "REJECT" && decision.state.type === "RUNNING") return true;
  throw refused(name, decision);
}

function howToResume({ session, id, name }: PausedFlow): string {
  if (session.uiUrl === undefined) return `Resume it: ostinato flow-run resume ${name}`;
  return `Resume it: ${session.uiUrl}/runs/flow-run/${id}`;
}

/** Waits until the run is not paused any more. Rejects where it ends instead. */
async function waitForResumption(flow: PausedFlow, question: Question): Promise<"resumed" | "ask again"> {
  const { session, states } = flow;
  const { seconds, signal } = question;
  const is = ({ state_type }: FlowRun) => state_type !== "PAUSED";
  let run = await untilRun(session, flow.id, { seconds, signal, is });
  if (run === undefined && session.server !== undefined) return await endByTimeout(flow, question);
  // Prefect's servers end expired pauses by themselves, some seconds later.
  run ??= await untilRun(session, flow.id, { seconds: undefined, signal, is });
  const state = run?.state;
  if (state === undefined || state === null) throw new Error(`flow run ${flow.id} has no state on the server`);
  states.note(state);
  if (state.type === "RUNNING") return "resumed";
  if (isLost(state) && (await runsAgain(flow))) return "ask again";
  throw endOf(flow, question, state);
}

function endOf({ name, states }: PausedFlow, { seconds }: Question, { type, name: became, message }: State): Error {
  if (type === "CANCELLING" || type === "CANCELLED") {
    const cancelled = new Cancelled(message ?? undefined);
    states.interrupt(cancelled);
    return cancelled;
  }
  if (type === "FAILED" && seconds !== undefined && isOfTimeout(message)) return new PauseTimeout(name, seconds);
  return new RunAborted(`Flow run "${name}" was not resumed: it became ${became}. ${message ?? ""}`.trim());
}

/** The words by which servers end a pause. */
function isOfTimeout(message: string | null): boolean {
  return message?.includes("never resumed") === true;
}

/** The server has heard nothing of this process for so long that it took it for dead: the computer slept, or was cut off. */
function isLost({ type, state_details }: State): boolean {
  return type === "CRASHED" && state_details.process_lost === true;
}

async function runsAgain({ states }: PausedFlow): Promise<boolean> {
  const decision = await states.propose({ type: "RUNNING", name: stateNames.running });
  return decision.status === "ACCEPT";
}

/** Ends the pause on the server, unless somebody was just in time. */
async function endByTimeout(flow: PausedFlow, { seconds = 0, key, signal }: Question): Promise<"resumed"> {
  const decision = await flow.states.propose({
    type: "FAILED",
    name: stateNames.failed,
    message: `Nobody resumed the run within ${seconds} s. It was paused and never resumed.`,
    state_details: { pause_key: key },
  });
  const { type } = decision.state;
  if (type === "FAILED") throw new PauseTimeout(flow.name, seconds);
  if (decision.status === "REJECT" && type === "RUNNING") return "resumed";
  signal.throwIfAborted();
  throw refused(flow.name, decision);
}

function refused(name: string, { reason, state }: Decision): RunAborted {
  return new RunAborted(`Flow run "${name}" cannot be paused: ${reason ?? `it is ${state.name}`}`);
}
