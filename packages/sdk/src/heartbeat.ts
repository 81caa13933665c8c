import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import { readFlowRun, type StateDetails } from "@ostinato/protocol";
import { Cancelled } from "./errors.ts";
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
 * the message of it was missed. Every 30 s, or `OSTINATO_HEARTBEAT_SECONDS`. The returned function stops it.
 */
export function startHeartbeat(run: WatchedRun): () => void {
  const { clock, events, timers } = run.session;
  const seconds = heartbeatSeconds();
  let stop = () => {};

  function beat(): void {
    const now = clock.now();
    events.send({
      occurred: formatTimestamp(now),
      event: "prefect.flow-run.heartbeat",
      id: timeOrderedId(now),
      follows: null,
      resource: {
        "prefect.resource.id": `prefect.flow-run.${run.id}`,
        "prefect.resource.name": run.name,
        // By it the server knows when a run has been silent for too long.
        "ostinato.heartbeat-seconds": String(seconds),
      },
      related: run.related().slice(1),
      payload: {},
    });
    stop = timers.after(seconds, () => {
      void lookForCancellation(run);
      beat();
    });
  }

  beat();
  return () => stop();
}

/** Ends the run when the server has it as cancelled. Being away for a moment is no reason to stop. */
export async function lookForCancellation(run: WatchedRun): Promise<void> {
  try {
    const { state } = await run.session.client.call(readFlowRun, { params: { id: run.id }, retries: 0 });
    if (state?.type === "CANCELLING" || state?.type === "CANCELLED")
      run.interrupt(new Cancelled(state.message ?? undefined));
  } catch {
    // The next heartbeat looks again.
  }
}
