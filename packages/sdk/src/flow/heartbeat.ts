import { isNotFound } from "@ostinato/client";
import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { readFlowRun, StateDetails } from "@ostinato/protocol";
import { Cancelled } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { endByDeletion } from "./flow-ends.ts";
import type { WatchedRun } from "./watched-run.ts";

const defaultSeconds = 30;

/** How often a run's process tells that it is alive. */
function heartbeatSeconds(): number {
  const seconds = Number(process.env.OSTINATO_HEARTBEAT_SECONDS ?? defaultSeconds) || defaultSeconds;
  return Math.max(1, Math.round(seconds));
}

/**
 * Says with a state how often, and which process it is: from the state on the server watches over the run. Not for one of the
 * field's servers, which knows no such details.
 */
export function heartbeatDetails({ server, process }: WatchedRun["session"]): StateDetails {
  if (server === undefined) return {};
  return { heartbeat_seconds: heartbeatSeconds(), ...(process === undefined ? {} : { process }) };
}

/**
 * Tells the server now and again that the process of the run is alive, and looks whether somebody has ended the run, in case
 * the message of it was missed. Every 30 s, or `OSTINATO_HEARTBEAT_SECONDS`. A server that does not see the process by itself
 * is told by a thread, since a program may compute for minutes without a turn of its event loop. The returned function stops it.
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
      // By it the server knows when a run has been silent for too long.
      "ostinato.heartbeat-seconds": String(seconds),
    },
    related: [...run.related().slice(1)],
    payload: {},
  };
}

/**
 * Not where whoever judges the run can look at its process: a server on this machine, or all that may share a SQLite file with
 * a server inside this process. Starting a thread takes 4 ms of the main one, and 30 ms of a processor.
 */
function needsThread({ server, connection }: Session): boolean {
  if (server?.sees_process !== true) return true;
  return connection.inProcess && server.database === "postgresql";
}

/** Ends the run when the server has it as cancelled, or has it no more. Being away for a moment is no reason to stop. */
export async function lookForEnd(run: WatchedRun): Promise<void> {
  try {
    const { state } = await run.session.client.call<typeof readFlowRun>("GET /flow_runs/{id}", {
      params: { id: run.id },
      retries: 0,
    });
    if (state?.type === "CANCELLING" || state?.type === "CANCELLED")
      run.interrupt(new Cancelled(state.message ?? undefined));
  } catch (error) {
    if (isNotFound(error)) run.interrupt(endByDeletion(run.name));
    // Else the next heartbeat looks again.
  }
}
