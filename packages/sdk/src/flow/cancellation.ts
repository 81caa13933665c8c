import { flowRunDeletedEvent } from "@ostinato/protocol/event-names";
import type { Session } from "../session/session.ts";
import { endByDeletion } from "./flow-ends.ts";
import { lookForEnd } from "./heartbeat.ts";
import type { WatchedRun } from "./watched-run.ts";

interface Watch {
  readonly runs: Map<string, WatchedRun>;
  close(): void;
}

const watches = new WeakMap<Session, Watch>();

/** Ends the run as soon as it is cancelled, suspended or deleted on the server. The returned function stops the watch. */
export function watchCancellation(run: WatchedRun): () => void {
  const { session } = run;
  // A subflow is ended by its parent or by its own heartbeat; nobody else can cancel on a server inside this process.
  if (session.connection.inProcess || session.connection.transport !== undefined) return () => {};
  const watch = watches.get(session) ?? listen(session);
  watch.runs.set(run.id, run);
  return () => {
    watch.runs.delete(run.id);
    if (watch.runs.size > 0) return;
    watch.close();
    watches.delete(session);
  };
}

/** After these the run may have to end. */
const endingEvents = [
  "prefect.flow-run.Cancelling",
  "prefect.flow-run.Cancelled",
  "prefect.flow-run.Suspended",
  flowRunDeletedEvent,
];

/**
 * Ends the run where the server says so. An event alone does not: one of an earlier suspension or cancellation may come when the run goes on in
 * this process already.
 */
export async function hearOfEnd(run: WatchedRun, event: string): Promise<void> {
  if (event === flowRunDeletedEvent) run.interrupt(endByDeletion(run.name));
  else await lookForEnd(run, { isToldOf: true });
}

/** Short runs need no subscription. A run that was cancelled before is told so when the subscription starts. */
const listenAfterSeconds = 0.5;

/** One subscription serves all flow runs of the session. */
function listen(session: Session): Watch {
  const runs = new Map<string, WatchedRun>();
  const { baseUrl, auth } = session.connection;
  let close = () => stopWaiting();
  const watch: Watch = {
    runs,
    close() {
      closed = true;
      close();
    },
  };
  let closed = false;
  watches.set(session, watch);
  const stopWaiting = session.clock.after(listenAfterSeconds, () => void subscribe());
  async function subscribe(): Promise<void> {
    const { subscribeToEvents } = await import("@ostinato/client/node");
    if (closed) return;
    const subscription = subscribeToEvents({
      baseUrl,
      auth,
      filter: { event: { name: endingEvents } },
      onEvent({ event, resource }) {
        const id = resource["prefect.resource.id"]?.replace("prefect.flow-run.", "");
        const run = id === undefined ? undefined : runs.get(id);
        if (run !== undefined) void hearOfEnd(run, event);
      },
      // Catch up on changes missed while disconnected.
      onConnected: () => runs.forEach((run) => void lookForEnd(run)),
    });
    close = () => subscription.close();
  }
  return watch;
}
