import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The command `ostinato` of this repository. */
export const command = fileURLToPath(new URL("../../packages/ostinato/src/bin.mjs", import.meta.url));

/** A server in its own process, so that the pipeline's work does not slow its pages down. */
export interface DemoServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** The variables with which programs find this server and no other. */
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the user has asked for the end. */
  readonly stopping: boolean;
  /** Called when the user asks for the end. */
  onStop(listener: () => void): void;
  /** Prints the sentence and resolves when the server has ended, after Ctrl-C. */
  untilStopped(sentence: string): Promise<void>;
  stop(): Promise<void>;
}

export interface DemoServerOptions {
  readonly port: number | undefined;
  readonly home: string | undefined;
  /** More settings of the server. */
  readonly settings?: NodeJS.ProcessEnv | undefined;
}

export async function startDemoServer({ port, home, settings }: DemoServerOptions): Promise<DemoServer> {
  const environment = environmentOf(home);
  const flags = port === undefined ? [] : ["--port", String(port)];
  const child = spawn(process.execPath, [command, "server", "start", "--announce", "--with-parent", ...flags], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...environment, ...settings, OSTINATO_LOG_LEVEL: process.env.OSTINATO_LOG_LEVEL ?? "error" },
    // A process group of its own, which the terminal's Ctrl-C does not reach: the run ends first, while the server is up.
    detached: true,
  });
  const { url, stopped } = await started(child);
  let stopping = false;
  const listeners: (() => void)[] = [];
  const stop = async () => {
    child.kill("SIGTERM");
    await stopped;
  };
  const onSignal = () => {
    if (stopping) {
      child.kill("SIGKILL");
      process.exit(130);
    }
    stopping = true;
    for (const listener of listeners) listener();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    url,
    environment: { ...environment, OSTINATO_API_URL: `${url}/api` },
    get stopping() {
      return stopping;
    },
    onStop: (listener) => void listeners.push(listener),
    async untilStopped(sentence) {
      console.error(sentence);
      if (!stopping) await Promise.race([stopped, new Promise<void>((resolved) => listeners.push(resolved))]);
      if (!stopping) throw new Error("The server has ended by itself.");
    },
    stop,
  };
}

/** Uses a SQLite file regardless of settings, and drops addresses of other servers. */
function environmentOf(home: string | undefined): NodeJS.ProcessEnv {
  const { OSTINATO_DATABASE_URL: _, OSTINATO_API_URL: _api, PREFECT_API_URL: _prefect, ...rest } = process.env;
  if (home === undefined) return { ...rest, OSTINATO_DATABASE_URL: "" };
  const folder = resolve(home);
  return { ...rest, OSTINATO_HOME: folder, OSTINATO_DATABASE_URL: `sqlite://${join(folder, "ostinato.db")}` };
}

interface StartedServer {
  readonly url: string;
  readonly stopped: Promise<void>;
}

async function started(child: ChildProcess): Promise<StartedServer> {
  const stopped = once(child, "exit").then(() => undefined);
  const [announcement] = (await Promise.race([
    once(child, "message"),
    stopped.then(() => {
      throw new Error("The server has ended before it answered.");
    }),
  ])) as [{ kind: "started"; registration: { url: string } } | { kind: "failed"; message: string }];
  if (announcement.kind === "failed") {
    await stopped;
    throw new Error(announcement.message.replace("ostinato server start", "npm run demo --"));
  }
  return { url: announcement.registration.url, stopped };
}
