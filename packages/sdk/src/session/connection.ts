import { connect } from "node:net";
import type { Transport } from "@ostinato/client";
import { httpTransport } from "@ostinato/client/http";

/** The server that records runs. */
export interface Connection {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  /** The transport; HTTP by default. */
  readonly transport?: Transport | undefined;
  /** A server inside this process has no websockets and no address for browsers. */
  readonly inProcess: boolean;
  readonly close?: (() => Promise<void>) | undefined;
  /** Releases the database at once, because the process ends: a thread then writes the final report. */
  readonly abandon?: (() => void) | undefined;
}

/** A server inside this process, as `@ostinato/server` makes it. */
export interface LocalServer {
  readonly transport: Transport;
  close(): Promise<void>;
  /** Releases the database at once: unacknowledged writes are lost. */
  abandon(): void;
}

const defaultPort = "4200";
const probeMillis = 500;

/** Registers the way to start a server inside this process, for programs that name no other and find none. */
export function registerLocalServer(start: () => Promise<LocalServer>): void {
  startLocalServer = start;
}

/** Registers the way to complete the environment with the profile's settings before a server is chosen. */
export function registerSettings(apply: () => Promise<void>): void {
  applySettings = apply;
}

let startLocalServer: (() => Promise<LocalServer>) | undefined;
let applySettings: (() => Promise<void>) | undefined;

/** The address on which a server listens by default. */
export function defaultApiUrl(env: Environment): string {
  const port = env.OSTINATO_SERVER_PORT;
  // Port 0 means any free port, which the client cannot know.
  return `http://127.0.0.1:${port === undefined || port === "" || port === "0" ? defaultPort : port}/api`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The server to use: the one in the environment, else one at the default address, else one inside this process. */
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

/** Whether an Ostinato server answers there; another program may listen on the same port. */
async function isOstinato(baseUrl: string): Promise<boolean> {
  // Usually nothing listens, and a connection attempt is cheaper than loading a client.
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
