import { randomId, sleep, toTimestamp } from "@ostinato/core";
import {
  type OrchestrationResult,
  readFlowRun,
  type State,
  type StateCreate,
  setFlowRunState,
} from "@ostinato/protocol";
import type { Session } from "./session.ts";
import type { RunState } from "./states.ts";

/** What the server decided: the run is in `state` now. */
export interface Decision {
  readonly status: "ACCEPT" | "REJECT" | "ABORT";
  readonly state: RunState & { readonly scheduledTime: string | undefined };
  readonly reason: string | undefined;
}

export interface Proposal {
  readonly state: StateCreate;
  /** Past all rules: for what has happened already, such as a cancellation. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** Proposes a state for a flow run, waits as long as the server asks to, and gives its decision. */
export async function proposeState(session: Session, flowRunId: string, proposal: Proposal): Promise<Decision> {
  const { force = false, signal } = proposal;
  // One id for all tries: the server knows a repeated proposal by it.
  const details = { ...proposal.state.state_details, transition_id: randomId() };
  const state = { ...proposal.state, state_details: details };
  for (;;) {
    const answer = await session.client.call(setFlowRunState, {
      params: { id: flowRunId },
      body: { state, force },
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status !== "WAIT") return await decide(session, flowRunId, answer);
    await sleep(session.clock, waitSeconds(answer), signal);
  }
}

async function decide(session: Session, flowRunId: string, answer: OrchestrationResult): Promise<Decision> {
  const { status, details } = answer;
  const state = answer.state ?? (await currentState(session, flowRunId));
  return {
    status: status === "WAIT" ? "ABORT" : status,
    state: readState(state),
    reason: "reason" in details ? (details.reason ?? undefined) : undefined,
  };
}

async function currentState(session: Session, flowRunId: string): Promise<State> {
  const { state } = await session.client.call(readFlowRun, { params: { id: flowRunId } });
  if (state === null) throw new Error(`flow run ${flowRunId} has no state on the server`);
  return state;
}

export function readState(state: State): Decision["state"] {
  const { id, type, name, message, timestamp, state_details } = state;
  const scheduled = state_details.scheduled_time;
  return {
    id,
    type,
    name,
    message: message ?? "",
    timestamp: toTimestamp(timestamp),
    scheduledTime: scheduled === null || scheduled === undefined ? undefined : String(scheduled),
  };
}

function waitSeconds({ details }: OrchestrationResult): number {
  return "delay_seconds" in details ? details.delay_seconds : 1;
}
