import { claimDetails } from "@ostinato/client/flow-run-states";
import { isTerminal, stateNames } from "@ostinato/core";
import type { StateCreate } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { Cancelled } from "../errors.ts";
import { stateMessage } from "../run/state-message.ts";
import type { Session } from "../session/session.ts";
import type { WatchedRun } from "./watched-run.ts";

/** All flow runs of this process that have not ended; subflows come after their callers. */
const live = new Set<WatchedRun>();

/** Adds the run; the returned function removes it. */
export function addLiveRun(run: WatchedRun): () => void {
  live.add(run);
  return () => live.delete(run);
}

/** How long an ending process waits for its server. */
const patienceMillis = 10_000;

/**
 * Reports that the runs of this process end here, together with logs and events that the server has not acknowledged. A separate thread
 * does it while this one blocks, because an ending process cannot wait for promises.
 */
export function reportEnd(reason: Error): void {
  const sessions = Map.groupBy([...live].reverse(), ({ session }) => session);
  live.clear();
  for (const [session, runs] of sessions) sayOn(session, runs, reason);
}

function sayOn(session: Session, runs: readonly WatchedRun[], reason: Error): void {
  const { deputy, logs, events } = session;
  const open = runs.filter(({ state }) => !isTerminal(state.type));
  const state = endBy(reason);
  const level = reason instanceof Cancelled ? logLevels.warning : logLevels.error;
  for (const run of open) run.say(level, `${state.name?.toLowerCase()}: ${reason.message}`);
  const ends = open.map(({ id, claim }) => ({
    flowRunId: id,
    state: { ...state, state_details: { ...state.state_details, ...claimDetails(claim) } },
  }));
  deputy?.reportEnd({ logs: logs.unacknowledgedTexts(), events: events.unacknowledgedTexts(), ends }, patienceMillis);
}

/** The server also ends everything that the run left open. */
function endBy(reason: Error): StateCreate {
  const message = stateMessage(reason.message);
  if (reason instanceof Cancelled) return { type: "CANCELLED", name: stateNames.cancelled, message };
  return { type: "CRASHED", name: stateNames.crashed, message, state_details: { process_lost: true } };
}
