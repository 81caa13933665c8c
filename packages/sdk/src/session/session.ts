import { ApiError, type Client, createClient, ServerUnreachable, type Transport } from "@ostinato/client";
import { type EventSink, handedOverSink, type LogBuffer, logBuffer, postingEventSink } from "@ostinato/client/delivery";
import { httpTransport } from "@ostinato/client/http";
import { type Clock, systemClock, toTimestamp } from "@ostinato/core";
import { ownProcess } from "@ostinato/core/process";
import type { readServerInfo, ServerInfo } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { notice } from "../logging/console-output.ts";
import { type Connection, chooseConnection } from "./connection.ts";
import { type Deputy, deputyFor } from "./deputy.ts";
import { outageReport, reporting } from "./outage.ts";
import { insteadOfRefused } from "./refused-events.ts";
import type { Api, Lifetime, Reporter } from "./roles.ts";
import { ServerTime } from "./server-time.ts";

/** Queues the reports of runs until the server has acknowledged them. */
export interface Delivery extends Reporter {
  readonly events: EventSink;
  readonly logs: LogBuffer;
  /** Calls that the end of a run does not wait for. None of them rejects. */
  readonly background: Set<Promise<void>>;
}

/** The program's connection to its server, opened at the first call of a flow or task and shared by all later calls. */
export interface Session extends Api, Delivery, Lifetime {
  readonly connection: Connection;
  /** The transport to the server. */
  readonly transport: Transport;
  /** Identifies this process to a server on the same machine; undefined where the system has no identity for it. */
  readonly process: string | undefined;
  readonly serverTime: ServerTime;
  /** Undefined where a thread could not reach the server. */
  readonly deputy: Deputy | undefined;
  /** The default store for results: `OSTINATO_RESULT_STORAGE`. */
  readonly resultStorage: string | undefined;
  /** Ids of the flows that are registered on the server, by name. */
  readonly flowIds: Map<string, Promise<string>>;
  /** The program has been told to end: what the server has not taken when so many seconds have passed is left out when the session closes. */
  hurry(seconds: number): void;
  /** Waits until the server has everything, then closes the connection. */
  close(): Promise<void>;
}

/** Calls are retried for about five minutes, so that a restart of the server does not fail a run. */
const patientRetries = 36;

const patientSeconds = 310;
const defaultConnectSeconds = 60;

let current: Promise<Session> | undefined;

/** The session, opened at the first call. */
export function session(): Promise<Session> {
  current ??= openSession().catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  return current;
}

/**
 * Resolves when the server has stored everything sent so far. Rejects after the time for which calls are retried: anything still missing
 * then will not arrive in this program's lifetime.
 */
export async function flushed(
  { clock, connection }: Pick<Session, "clock" | "connection">,
  sink: { flush(): Promise<void> },
  seconds = patientSeconds,
): Promise<void> {
  let stop = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    stop = clock.after(seconds, () => {
      reject(new ServerUnreachable(connection.baseUrl, `it was away for ${Math.round(seconds)} s`));
    });
  });
  await Promise.race([sink.flush(), givenUp]).finally(stop);
}

/** Delivers everything to the server and closes the session; the next call of a flow or task opens a new one. */
export async function closeSession(): Promise<void> {
  const closing = current;
  current = undefined;
  await (await closing)?.close();
}

/**
 * Records runs on this server from now on, in place of the one that the environment names, until the returned value is disposed:
 * `await using _ = await useConnection({ … })`.
 */
export async function useConnection(connection: Connection, clock?: Clock): Promise<AsyncDisposable> {
  const before = current;
  const opened = openSession(connection, clock);
  current = opened;
  await opened;
  return {
    async [Symbol.asyncDispose]() {
      if (current === opened) current = before;
      await (await opened).close();
    },
  };
}

async function openSession(given?: Connection, clock: Clock = systemClock()): Promise<Session> {
  const connection = given ?? (await chooseConnection(process.env));
  const { baseUrl, auth, inProcess } = connection;
  const transport = connection.transport ?? httpTransport(baseUrl);
  // The first call gives up sooner, because the address may be wrong.
  const connectSeconds = Number(process.env.OSTINATO_CONNECT_SECONDS ?? defaultConnectSeconds);
  const report = outageReport({ baseUrl, clock, connectSeconds });
  const client = createClient({
    baseUrl,
    auth,
    transport: reporting(transport, report),
    retries: patientRetries,
    // The server recognizes flows by name, runs by key, and states, events, lines and artifacts by ids that the client chooses.
    repeatable: true,
  });
  const ownName = ownProcess();
  const server = await identify(client, { process: ownName, retries: retriesWithin(connectSeconds) });
  const serverTime = new ServerTime(clock);
  if (server !== undefined) serverTime.hear(toTimestamp(server.now));
  const reports = { onLost: report.lost, onFound: report.found };
  const events = await openEventSink(connection, { client, server, reports });
  const logs = logBuffer(client, {
    clock,
    ...reports,
    onDropped: (lines) =>
      warn(`${lines} log lines were left out: there was no room to keep them until the server took them`),
  });
  const deputy = deputyFor(connection);
  const alive = keepAlive(events);
  let giveUpAt: number | undefined;
  const onExit = () => void closeSession();
  process.once("beforeExit", onExit);

  return {
    connection,
    transport,
    client,
    events,
    logs,
    clock,
    server,
    process: ownName,
    serverTime,
    deputy,
    resultStorage: process.env.OSTINATO_RESULT_STORAGE || undefined,
    background: new Set(),
    flowIds: new Map(),
    uiUrl: inProcess ? undefined : baseUrl.replace(/\/api$/, ""),
    keepAlive: alive.keepAlive,
    hurry(seconds) {
      giveUpAt = clock.elapsed() + seconds;
    },
    async close() {
      process.off("beforeExit", onExit);
      const release = alive.keepAlive();
      try {
        const seconds = giveUpAt === undefined ? patientSeconds : Math.max(0, giveUpAt - clock.elapsed());
        const delivered = Promise.all([events, logs].map((sink) => flushed({ clock, connection }, sink, seconds)));
        await (giveUpAt === undefined ? delivered : delivered.catch(() => {}));
        await Promise.all([events.close(), logs.close(), deputy?.stop()]);
        await connection.close?.();
      } finally {
        release();
      }
    },
  };
}

/** Identifies the server. Prefect's servers do not have this route. */
async function identify(
  client: Client,
  { process, retries }: { readonly process: string | undefined; readonly retries: number },
): Promise<ServerInfo | undefined> {
  try {
    return await client.call<typeof readServerInfo>("GET /ostinato", {
      query: process === undefined ? {} : { process },
      retries,
    });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The number of retries that take `seconds` with the client's delays: 0.1 s, doubled up to 10 s. */
function retriesWithin(seconds: number): number {
  let retries = 0;
  for (let total = 0; total < seconds; total += Math.min(10, 0.1 * 2 ** retries)) retries += 1;
  return retries;
}

interface SinkParts {
  readonly client: Client;
  readonly server: ServerInfo | undefined;
  readonly reports: { readonly onLost: (error: unknown) => void; readonly onFound: () => void };
}

/** Programs that end sooner, with fewer events, do without websockets. */
const shortProgram = { afterSeconds: 1, afterEvents: 50 };

async function openEventSink(
  { baseUrl, auth, inProcess, transport }: Connection,
  parts: SinkParts,
): Promise<EventSink> {
  const { client, server, reports } = parts;
  const onRefused = insteadOfRefused(warn);
  const onCut = ({ message }: Error) => warn(`the server did not store a part of a state of a task run: ${message}`);
  const posting = () => postingEventSink(client, { ...reports, onRefused });
  if (inProcess || transport !== undefined) return posting();
  const openSocket = async () => {
    const { socketEventSink } = await import("@ostinato/client/node");
    return socketEventSink({ baseUrl, auth, batches: server !== undefined, onRefused, onCut, ...reports });
  };
  return server === undefined ? openSocket() : handedOverSink(posting(), openSocket, shortProgram);
}

const maxTimerMillis = 2 ** 31 - 1;

/** A timer that keeps the process alive while runs are under way. */
function keepAlive(events: EventSink): { keepAlive(): () => void } {
  let holders = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  events.keepAlive(false);
  return {
    keepAlive() {
      holders += 1;
      if (holders === 1) {
        timer = setInterval(() => {}, maxTimerMillis);
        events.keepAlive(true);
      }
      let released = false;
      return () => {
        if (released) return;
        released = true;
        holders -= 1;
        if (holders > 0) return;
        clearInterval(timer);
        events.keepAlive(false);
      };
    },
  };
}

function warn(message: string): void {
  notice(logLevels.warning, message);
}
