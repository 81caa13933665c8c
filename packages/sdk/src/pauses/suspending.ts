import { logLevels } from "@ostinato/protocol/log-levels";
import { RunAborted, Suspended } from "../errors.ts";
import { flushed } from "../session/session.ts";
import { askUntilValid, type Pause, type PausedFlow, type Question } from "./question.ts";

/**
 * Suspends the run, upon which its attempt ends in this process. Gives the answer where the run was resumed after that, in the process that
 * goes on with it.
 */
export function suspendFlow(flow: PausedFlow, pause: Pause): Promise<unknown> {
  return askUntilValid(flow, pause, { kind: "suspend", wait: endHere });
}

async function endHere(flow: PausedFlow, question: Question): Promise<void> {
  const { session, scope, states } = flow;
  // What is under way is finished first: once the run is suspended it may go on in another process at any time.
  await scope.idle();
  await Promise.all([flushed(session, session.events), ...session.background]);
  const suspending = suspend(flow, question);
  holdProcess(flow, suspending);
  if ((await suspending) === "fired") return;
  const reason = new Suspended(flow.name);
  states.say(logLevels.info, question.title === undefined ? "suspended" : `suspended: ${question.title}`);
  states.interrupt(reason);
  throw reason;
}

async function suspend({ states, name }: PausedFlow, { state, keep }: Question): Promise<"suspended" | "fired"> {
  const decision = await states.propose(state);
  if (decision.status === "REJECT" && decision.state.type === "RUNNING") return "fired";
  if (decision.status !== "ACCEPT") {
    throw new RunAborted(
      `Flow run "${name}" cannot be suspended: ${decision.reason ?? `it is ${decision.state.name}`} Serve or deploy the flow, or use pause(), which keeps the process.`,
    );
  }
  await keep();
  return "suspended";
}

/** The process hears of its own suspension as of any other, and must not end before the question is kept. */
function holdProcess({ session: { background } }: PausedFlow, suspending: Promise<unknown>): void {
  const held = suspending.then(
    () => {},
    () => {},
  );
  background.add(held);
  void held.then(() => background.delete(held));
}
