import { flowRunDeletedEvent } from "@ostinato/protocol/event-names";
import { Cancelled, Suspended } from "../errors.ts";
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

const stateEvents = {
  cancelling: "prefect.flow-run.Cancelling",
  cancelled: "prefect.flow-run.Cancelled",
  suspended: "prefect.flow-run.Suspended",
} as const;

function reasonOf({ name }: WatchedRun, event: string, message: string | undefined): Error {
  if (event === flowRunDeletedEvent) return endByDeletion(name);
  return event === stateEvents.suspended ? new Suspended(name) : new Cancelled(message || undefined);
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
      filter: { event: { name: [...Object.values(stateEvents), flowRunDeletedEvent] } },
      onEvent({ event, resource }) {
        const id = resource["prefect.resource.id"]?.replace("prefect.flow-run.", "");
        const run = id === undefined ? undefined : runs.get(id);
        if (run === undefined) return;
        run.interrupt(reasonOf(run, event, resource["prefect.state-message"]));
      },
      // Catch up on changes missed while disconnected.
      onConnected: () => runs.forEach((run) => void lookForEnd(run)),
    });
    close = () => subscription.close();
  }
  return watch;
}
