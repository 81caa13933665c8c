import {
  type Clock,
  exponentialDelay,
  randomId,
  type StateType,
  sleep,
  type Timestamp,
  toTimestamp,
} from "@ostinato/core";
import type {
  OrchestrationResult,
  readFlowRun,
  State,
  StateCreate,
  StateDetails,
  setFlowRunState,
} from "@ostinato/protocol";
import type { Client } from "./client.ts";
import { ApiError, isFailureOfServer, ServerUnreachable } from "./errors.ts";

/** The state of a run. `type` decides which states may follow; `name` is more exact: a `RUNNING` run may be `Retrying`. */
export interface RunState {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  readonly message: string;
  readonly timestamp: Timestamp;
}

/** The right of a process to execute a run. */
export interface Claim {
  /** The id of the PENDING state by which the run was taken. */
  readonly token: string;
}

/** The server's decision: `state` is the run's state now. */
export interface Decision {
  readonly status: "ACCEPT" | "REJECT" | "ABORT";
  readonly state: RunState & { readonly scheduledTime: string | undefined };
  readonly reason: string | undefined;
}

export interface Proposal {
  readonly flowRunId: string;
  /** The last known state of the run. */
  readonly from: Pick<RunState, "id">;
  readonly state: StateCreate;
  /** Bypasses all rules, for facts such as a cancellation. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The right by which this process acts for the run; the server refuses a process that has lost it. */
  readonly claim?: Claim | undefined;
}

/** Whoever proposes a state. */
interface Proposer {
  readonly client: Client;
  readonly clock: Clock;
}

/** Proposes a state for a flow run, waits as long as the server asks to, and returns its decision. */
export async function proposeState(proposer: Proposer, proposal: Proposal): Promise<Decision> {
  // All tries share one id, by which the server recognizes a repeated proposal.
  const transition = randomId();
  for (;;) {
    const answer = await ask(proposer, proposal, transition);
    if (answer.status !== "WAIT") return await decide(proposer, proposal, { answer, transition });
    await sleep(proposer.clock, Math.min(waitSeconds(answer), maxWaitSeconds), proposal.signal);
  }
}

const maxTries = 40;
/** Upper bound on one wait, because the server's clock may be corrected meanwhile. */
const maxWaitSeconds = 30;

/**
 * Asks until there is an answer. When an answer was lost, the run may already be in another state: in the proposed one, or in one that the
 * server chose instead, such as AwaitingRetry. Proposing again would then ask a different question. Only a run that was marked as crashed
 * meanwhile has had no answer.
 */
async function ask(proposer: Proposer, proposal: Proposal, transition: string): Promise<OrchestrationResult> {
  const { flowRunId, from, force = false, signal, claim } = proposal;
  const details = { ...proposal.state.state_details, ...claimDetails(claim), transition_id: transition };
  const body = { state: { ...proposal.state, state_details: details }, force };
  const options = { params: { id: flowRunId }, ...(signal === undefined ? {} : { signal }) };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await proposer.client.call<typeof setFlowRunState>("POST /flow_runs/{id}/set_state", {
        ...options,
        body,
        retries: 0,
      });
    } catch (error) {
      if (!mayHaveArrived(error) || attempt >= maxTries) throw error;
    }
    await sleep(proposer.clock, exponentialDelay(attempt, { baseSeconds: 0.1, capSeconds: 10 }), signal);
    const state = await currentState(proposer, flowRunId);
    if (state.id !== from.id && state.state_details.process_lost !== true)
      return { status: "REJECT", state, details: { type: "reject_details", reason: null } };
  }
}

/** The server refuses a proposal under a claim that is not the run's any more. */
export function claimDetails(claim: Claim | undefined): StateDetails {
  return claim === undefined ? {} : { claim: claim.token };
}

/** Whether the run is no longer that of the claim: the server took it back, or gave it to another process. */
export function hasLost(claim: Claim | undefined, { id, state_details }: State): boolean {
  return claim !== undefined && id !== claim.token && state_details.claim !== claim.token;
}

function mayHaveArrived(error: unknown): boolean {
  return error instanceof ServerUnreachable || (error instanceof ApiError && isFailureOfServer(error.status));
}

interface Answered {
  readonly answer: OrchestrationResult;
  readonly transition: string;
}

async function decide(
  proposer: Proposer,
  { flowRunId, state: proposed }: Proposal,
  { answer, transition }: Answered,
): Promise<Decision> {
  const { status, details } = answer;
  const state = answer.state ?? (await currentState(proposer, flowRunId));
  // The server refuses a transition that was already made: the answer to an earlier try was lost.
  const made = status === "REJECT" && state.type === proposed.type && state.state_details.transition_id === transition;
  return {
    status: made ? "ACCEPT" : status === "WAIT" ? "ABORT" : status,
    state: readState(state),
    reason: "reason" in details ? (details.reason ?? undefined) : undefined,
  };
}

async function currentState(proposer: Proposer, flowRunId: string): Promise<State> {
  const { state } = await proposer.client.call<typeof readFlowRun>("GET /flow_runs/{id}", {
    params: { id: flowRunId },
  });
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
