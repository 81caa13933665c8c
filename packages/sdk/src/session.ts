import { ApiError, type Client, createClient, ServerUnreachable } from "@ostinato/client";
import { type EventSink, postingEventSink, socketEventSink } from "@ostinato/client/node";
import { type Clock, systemClock, TimerQueue } from "@ostinato/core";
import { logLevels, readServerInfo, type ServerInfo } from "@ostinato/protocol";
import { type Connection, chooseConnection } from "./connection.ts";
import { notice } from "./console-output.ts";
import { localResultStore } from "./local-result-store.ts";
import { type LogBuffer, logBuffer } from "./log-buffer.ts";
import { outageReport } from "./outage.ts";
import type { ResultStore } from "./result-store.ts";

/** The program's ties to its server, made at the first call of a flow or task and shared by all that follow. */
export interface Session {
  readonly connection: Connection;
  readonly client: Client;
  readonly events: EventSink;
  readonly logs: LogBuffer;
  readonly clock: Clock;
  readonly timers: TimerQueue;
  /** Undefined where the server is one of the field's, which keeps no results. */
  readonly server: ServerInfo | undefined;
  readonly results: ResultStore;
  /** Flows that the server knows already, by name. */
  readonly flowIds: Map<string, Promise<string>>;
  /** Where a browser finds the server's pages. */
  readonly uiUrl: string | undefined;
  /** Keeps the process alive until the returned function is called. */
  hold(): () => void;
  /** Brings what is on its way to the server, then lets go of it. */
  close(): Promise<void>;
}

/** A call to the server in the middle of a run is tried again for some five minutes: a restart must not fail a run. */
export const patientRetries = 36;

let current: Promise<Session> | undefined;

/** The session, opened at the first call. */
export function session(): Promise<Session> {
  current ??= openSession().catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  return current;
}

/** Brings everything to the server and ends the session; the next call of a flow or task opens another. */
export async function closeSession(): Promise<void> {
  const closing = current;
  current = undefined;
  await (await closing)?.close();
}

/**
 * Records runs on this server from here on, instead of the one that the environment tells. Dispose of it to go back:
 * `await using _ = await useConnection({ … })`.
 */
export async function useConnection(connection: Connection, clock?: Clock): Promise<AsyncDisposable> {
  await closeSession();
  const opened = openSession(connection, clock);
  current = opened;
  await opened;
  return {
    async [Symbol.asyncDispose]() {
      if (current === opened) current = undefined;
      await (await opened).close();
    },
  };
}

async function openSession(given?: Connection, clock: Clock = systemClock()): Promise<Session> {
  const connection = given ?? (await chooseConnection(process.env));
  const { baseUrl, auth, transport, inProcess } = connection;
  const client = createClient({ baseUrl, auth, ...(transport === undefined ? {} : { transport }) });
  const server = await identify(client);
  const report = outageReport(baseUrl);
  const reports = { onLost: report.lost, onFound: report.found };
  const events = openEventSink(connection, { client, server, reports });
  const logs = logBuffer(client, {
    clock,
    ...reports,
    onDropped: (lines) => warn(`${lines} log lines were left out: the server was away for longer than there is room`),
  });
  const alive = keepAlive(events);
  const onExit = () => void closeSession();
  process.once("beforeExit", onExit);

  return {
    connection,
    client,
    events,
    logs,
    clock,
    timers: new TimerQueue(clock),
    server,
    results: localResultStore(),
    flowIds: new Map(),
    uiUrl: inProcess ? undefined : baseUrl.replace(/\/api$/, ""),
    hold: alive.hold,
    async close() {
      process.off("beforeExit", onExit);
      const release = alive.hold();
      try {
        await Promise.all([events.flush(), logs.flush()]);
        await Promise.all([events.close(), logs.close()]);
        await connection.close?.();
      } finally {
        release();
      }
    },
  };
}

/** Which server this is. One of the field's does not know the question. */
async function identify(client: Client): Promise<ServerInfo | undefined> {
  try {
    return await client.call(readServerInfo, {});
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    if (error instanceof ApiError && error.status === 401) throw new ServerUnreachable(client.baseUrl, error);
    throw error;
  }
}

interface SinkParts {
  readonly client: Client;
  readonly server: ServerInfo | undefined;
  readonly reports: { readonly onLost: (error: unknown) => void; readonly onFound: () => void };
}

function openEventSink({ baseUrl, auth, inProcess, transport }: Connection, parts: SinkParts): EventSink {
  const { client, server, reports } = parts;
  const onRefused = (error: Error) => warn(`the server refused an event of a task run: ${error.message}`);
  if (inProcess || transport !== undefined) return postingEventSink(client, { ...reports, onRefused });
  return socketEventSink({ baseUrl, auth, batches: server !== undefined, ...reports });
}

const longestTimerMillis = 2 ** 31 - 1;

/** A timer that holds the process while runs are under way, whatever else they wait for. */
function keepAlive(events: EventSink): { hold(): () => void } {
  let holders = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  events.hold(false);
  return {
    hold() {
      holders += 1;
      if (holders === 1) {
        timer = setInterval(() => {}, longestTimerMillis);
        events.hold(true);
      }
      let released = false;
      return () => {
        if (released) return;
        released = true;
        holders -= 1;
        if (holders > 0) return;
        clearInterval(timer);
        events.hold(false);
      };
    },
  };
}

function warn(message: string): void {
  notice(logLevels.warning, message);
}
