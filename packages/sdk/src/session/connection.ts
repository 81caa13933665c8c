import { connect } from "node:net";
import type { Transport } from "@ostinato/client";
import { httpTransport } from "@ostinato/client/http";

/** Where runs are recorded. */
export interface Connection {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  /** How to reach it; HTTP unless told otherwise. */
  readonly transport?: Transport | undefined;
  /** A server inside this process has no websockets to listen on, and no address that a browser could open. */
  readonly inProcess: boolean;
  readonly close?: (() => Promise<void>) | undefined;
  /** Lets go of the database at once, for a process that ends: a thread then writes what is left to say. */
  readonly abandon?: (() => void) | undefined;
}

/** A server inside this process, as `@ostinato/server` makes it. */
export interface LocalServer {
  readonly transport: Transport;
  close(): Promise<void>;
  /** Lets go of the database at once: what was not acknowledged is not kept. */
  abandon(): void;
}

const defaultPort = "4200";
const probeMillis = 500;

/** Tells the SDK how to start a server inside this process, for when no other is set or found. */
export function registerLocalServer(start: () => Promise<LocalServer>): void {
  startLocalServer = start;
}

/** Tells the SDK how to fill in settings that the environment leaves open, before it chooses a server. */
export function registerSettings(apply: () => Promise<void>): void {
  applySettings = apply;
}

let startLocalServer: (() => Promise<LocalServer>) | undefined;
let applySettings: (() => Promise<void>) | undefined;

/** Where a server listens unless it was told otherwise. */
export function defaultApiUrl(env: Environment): string {
  const port = env.OSTINATO_SERVER_PORT;
  // 0 is any free port: nobody can know which.
  return `http://127.0.0.1:${port === undefined || port === "" || port === "0" ? defaultPort : port}/api`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The server to use: the one that the environment names, else one that runs at the default address, else our own. */
export async function chooseConnection(env: Environment): Promise<Connection> {
  await applySettings?.();
  const auth = env.OSTINATO_API_AUTH_STRING || env.PREFECT_API_AUTH_STRING || undefined;
  const named = env.OSTINATO_API_URL ?? env.PREFECT_API_URL;
  if (named !== undefined && named !== "") return { baseUrl: named.replace(/\/+$/, ""), auth, inProcess: false };
  const usual = defaultApiUrl(env);
  if (startLocalServer === undefined || (await isOstinato(usual))) return { baseUrl: usual, auth, inProcess: false };
  const server = await startLocalServer();
  return {
    baseUrl: "in-process",
    transport: server.transport,
    inProcess: true,
    close: () => server.close(),
    abandon: () => server.abandon(),
  };
}

/** Whether an Ostinato answers there; something else may listen on the same port. */
async function isOstinato(baseUrl: string): Promise<boolean> {
  // Mostly nobody listens, which costs less to find out than to load a client for.
  if (!(await isListening(new URL(baseUrl)))) return false;
  try {
    const signal = AbortSignal.timeout(probeMillis);
    const { status, body } = await httpTransport(baseUrl)({ method: "GET", path: "/ostinato", headers: {}, signal });
    return status === 401 || (status === 200 && body.includes('"ostinato"'));
  } catch {
    return false;
  }
}

function isListening({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: probeMillis });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once("connect", () => answer(true));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}
