import { ApiError, isFailureOfServer, ServerUnreachable } from "@ostinato/client";
import { isTerminal } from "@ostinato/core";
import type { EventFilter, FlowRun, readFlowRun } from "@ostinato/protocol";
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
  return ended ?? (await readRun(opened, run.id));
}

export interface WantedRun extends RunWatchOptions {
  readonly is: (run: FlowRun) => boolean;
}

/** Waits until a run is as wanted, also while the server is away. Returns the run as it is then, or undefined when the time is over. */
export async function untilRun(
  opened: Session,
  id: string,
  { is, ...options }: WantedRun,
): Promise<FlowRun | undefined> {
  return await untilFound(opened, {
    ...options,
    filter: eventsOfRun(id, { prefix: ["prefect.flow-run."] }),
    async look() {
      const run = await readRun(opened, id, 0);
      return is(run) ? run : undefined;
    },
  });
}

function readRun({ client }: Session, id: string, retries?: number): Promise<FlowRun> {
  const again = retries === undefined ? {} : { retries };
  return client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id }, ...again });
}

export interface Search<T> extends RunWatchOptions {
  /** The events after which it is worth to look. */
  readonly filter: EventFilter;
  /** Seconds between two looks that no event asks for, in place of the usual ones. */
  readonly everySeconds?: number;
  look(): Promise<T | undefined>;
}

/** Events of a flow run. */
export function eventsOfRun(runId: string, event: NonNullable<EventFilter["event"]>): EventFilter {
  return { event, resource: { id: [`prefect.flow-run.${runId}`] } };
}

/** Looks again after each such event, and now and then, until something is found. Undefined when the time is over. */
export async function untilFound<T>(opened: Session, search: Search<T>): Promise<T | undefined> {
  const { clock, connection } = opened;
  const { seconds, signal, filter } = search;
  const done = Promise.withResolvers<T | undefined>();
  // Whoever stops waiting before the subscription is there has it rejected before anybody listens.
  done.promise.catch(() => {});
  const hasPush = !connection.inProcess && connection.transport === undefined;
  const everySeconds = search.everySeconds ?? (hasPush ? lookSeconds.pushed : lookSeconds.alone);
  let stopLooking = () => {};
  let isOver = false;

  async function look(): Promise<void> {
    stopLooking();
    if (isOver) return;
    stopLooking = clock.after(everySeconds, () => void look());
    try {
      const found = await search.look();
      if (found !== undefined) done.resolve(found);
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
  const unsubscribe = hasPush ? await listen(opened, { filter, look: () => void look() }) : () => {};
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

interface Listening {
  readonly filter: EventFilter;
  readonly look: () => void;
}

async function listen({ connection, clock }: Session, { filter, look }: Listening): Promise<() => void> {
  const { subscribeToEvents } = await import("@ostinato/client/node");
  const { baseUrl, auth } = connection;
  const subscription = subscribeToEvents({
    baseUrl,
    auth,
    clock,
    filter,
    onEvent: look,
    onConnected: look,
  });
  return () => subscription.close();
}

function hasEnded({ state_type }: FlowRun): boolean {
  return state_type !== null && isTerminal(state_type);
}
