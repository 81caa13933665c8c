import { isTerminal } from "@ostinato/core";
import type { FlowRun, readFlowRun } from "@ostinato/protocol";
import type { Session } from "../session/session.ts";

export interface RunWatchOptions {
  /** How long to wait; undefined without a limit. */
  readonly seconds: number | undefined;
  /** Ends the waiting with the reason of the signal. */
  readonly signal: AbortSignal | undefined;
}

/** Seconds between two looks where nothing is pushed: a lost message costs no more than that. */
const lookSeconds = { pushed: 15, alone: 1 };

/** Waits for the end of a run. Returns the run as it is then, or when the time is over. */
export async function untilEnded(
  opened: Session,
  run: FlowRun,
  { seconds, signal }: RunWatchOptions,
): Promise<FlowRun> {
  if (hasEnded(run) || seconds === 0) return run;
  const { clock, client, connection } = opened;
  const done = Promise.withResolvers<FlowRun>();
  const hasPush = !connection.inProcess && connection.transport === undefined;
  let latest = run;
  let stopLooking = () => {};
  let over = false;

  async function look(): Promise<void> {
    stopLooking();
    if (over) return;
    stopLooking = clock.after(hasPush ? lookSeconds.pushed : lookSeconds.alone, () => void look());
    try {
      latest = await client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: run.id } });
      if (hasEnded(latest)) done.resolve(latest);
    } catch (error) {
      done.reject(error);
    }
  }

  const stopTimer = seconds === undefined ? () => {} : clock.after(seconds, () => done.resolve(latest));
  const abort = () => done.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const unsubscribe = hasPush ? await listen(opened, run.id, () => void look()) : () => {};
  if (!hasPush) void look();
  try {
    return await done.promise;
  } finally {
    over = true;
    stopTimer();
    stopLooking();
    unsubscribe();
    signal?.removeEventListener("abort", abort);
  }
}

async function listen({ connection, clock }: Session, runId: string, look: () => void): Promise<() => void> {
  const { subscribeToEvents } = await import("@ostinato/client/node");
  const { baseUrl, auth } = connection;
  const subscription = subscribeToEvents({
    baseUrl,
    auth,
    clock,
    filter: { event: { prefix: ["prefect.flow-run."] }, resource: { id: [`prefect.flow-run.${runId}`] } },
    onEvent: look,
    onConnected: look,
  });
  return () => subscription.close();
}

function hasEnded({ state_type }: FlowRun): boolean {
  return state_type !== null && isTerminal(state_type);
}
