import { ApiError, isFailureOfServer, ServerUnreachable } from "@ostinato/client";
import { isTerminal } from "@ostinato/core";
import type { FlowRun, readFlowRun } from "@ostinato/protocol";
import type { Session } from "./session.ts";

export interface RunWatchOptions {
  /** How long to wait; undefined without a limit. */
  readonly seconds: number | undefined;
  /** Ends the waiting with the reason of the signal. */
  readonly signal: AbortSignal | undefined;
}

/** Seconds between two looks where nothing is pushed: a lost message costs no more than that. */
const lookSeconds = { pushed: 15, alone: 1 };

/** Waits for the end of a run. Returns the run as it is then, or when the time is over. */
export async function untilEnded(opened: Session, run: FlowRun, options: RunWatchOptions): Promise<FlowRun> {
  if (hasEnded(run) || options.seconds === 0) return run;
  const ended = await untilRun(opened, run.id, { ...options, is: hasEnded });
  if (ended !== undefined) return ended;
  return await opened.client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: run.id } });
}

export interface WantedRun extends RunWatchOptions {
  readonly is: (run: FlowRun) => boolean;
}

/** Waits until a run is as wanted, also while the server is away. Returns the run as it is then, or undefined when the time is over. */
export async function untilRun(
  opened: Session,
  id: string,
  { seconds, signal, is }: WantedRun,
): Promise<FlowRun | undefined> {
  const { clock, client, connection } = opened;
  const done = Promise.withResolvers<FlowRun | undefined>();
  const hasPush = !connection.inProcess && connection.transport === undefined;
  // Whoever stops waiting before the subscription is there has it rejected before anybody listens.
  done.promise.catch(() => {});
  const everySeconds = hasPush ? lookSeconds.pushed : lookSeconds.alone;
  let stopLooking = () => {};
  let isOver = false;

  async function look(): Promise<void> {
    stopLooking();
    if (isOver) return;
    stopLooking = clock.after(everySeconds, () => void look());
    try {
      const run = await client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id }, retries: 0 });
      if (is(run)) done.resolve(run);
    } catch (error) {
      if (!isOutage(error)) done.reject(error);
    }
  }

  const stopTimer = seconds === undefined ? () => {} : clock.after(seconds, () => done.resolve(undefined));
  const abort = () => done.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  // A proxy may let no websocket pass.
  stopLooking = clock.after(everySeconds, () => void look());
  const unsubscribe = hasPush ? await listen(opened, id, () => void look()) : () => {};
  if (!hasPush) void look();
  try {
    return await done.promise;
  } finally {
    isOver = true;
    stopTimer();
    stopLooking();
    unsubscribe();
    signal?.removeEventListener("abort", abort);
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof ServerUnreachable || (error instanceof ApiError && isFailureOfServer(error.status));
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
