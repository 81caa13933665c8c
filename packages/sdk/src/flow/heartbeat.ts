import { isNotFound } from "@ostinato/client";
import { hasLost } from "@ostinato/client/flow-run-states";
import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { readFlowRun, State } from "@ostinato/protocol";
import { Cancelled, ClaimLost, Suspended } from "../errors.ts";
import { heartbeatSeconds } from "../run/heartbeat-details.ts";
import type { Session } from "../session/session.ts";
import { endByDeletion } from "./flow-ends.ts";
import type { WatchedRun } from "./watched-run.ts";

/**
 * Sends heartbeats for the run, and checks whether the run was ended, in case that message was missed. Every 30 s, or
 * `OSTINATO_HEARTBEAT_SECONDS`. A server that cannot see the process itself hears from a thread, because a program may compute for minutes
 * without yielding to its event loop. The returned function stops the heartbeats.
 */
export function startHeartbeat(run: WatchedRun): () => void {
  const { clock, deputy, events } = run.session;
  const seconds = heartbeatSeconds();
  const event = signOfLife(run, seconds);
  const byThread = deputy !== undefined && needsThread(run.session);
  let stopTimer = () => {};

  function beat(): void {
    const now = clock.now();
    events.send({ ...event, occurred: formatTimestamp(now), id: timeOrderedId(now) });
  }

  function wait(): void {
    stopTimer = clock.after(seconds, () => {
      void lookForEnd(run);
      if (!byThread) beat();
      wait();
    });
  }

  beat();
  wait();
  const stopThread = byThread ? deputy.give({ runId: run.id, seconds, event }) : () => {};
  return () => {
    stopTimer();
    stopThread();
  };
}

function signOfLife(run: WatchedRun, seconds: number) {
  return {
    event: "prefect.flow-run.heartbeat",
    follows: null,
    resource: {
      "prefect.resource.id": `prefect.flow-run.${run.id}`,
      "prefect.resource.name": run.name,
      // Tells the server how long a silence is too long.
      "ostinato.heartbeat-seconds": String(seconds),
    },
    related: [...run.related().slice(1)],
    payload: {},
  };
}

/**
 * Unnecessary where the server can look at the process: on this machine, or where processes share a SQLite file with a server inside this
 * process. Starting a thread takes 4 ms of the main thread, and 30 ms of a processor.
 */
function needsThread({ server, connection }: Session): boolean {
  if (server?.sees_process !== true) return true;
  return connection.inProcess && server.database === "postgresql";
}

function isSuspended({ type, state_details }: State): boolean {
  return type === "PAUSED" && state_details.pause_reschedule === true;
}

/**
 * Ends the run when it was cancelled, suspended or deleted on the server, or given to another process. A short outage does not end it; after word of
 * an end the question is asked again, and otherwise with the next heartbeat.
 */
export async function lookForEnd(run: WatchedRun, { isToldOf = false } = {}): Promise<void> {
  try {
    const { state } = await run.session.client.call<typeof readFlowRun>("GET /flow_runs/{id}", {
      params: { id: run.id },
      ...(isToldOf ? {} : { retries: 0 }),
    });
    if (state?.type === "CANCELLING" || state?.type === "CANCELLED")
      run.interrupt(new Cancelled(state.message ?? undefined));
    else if (state !== null && isSuspended(state)) run.interrupt(new Suspended(run.name));
    else if (state !== null && hasLost(run.claim, state)) run.interrupt(new ClaimLost(`Flow run "${run.name}"`));
  } catch (error) {
    if (isNotFound(error)) run.interrupt(endByDeletion(run.name));
    // Otherwise the next heartbeat looks again.
  }
}
