import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Postgres, startPostgres } from "@ostinato/testing/postgres";
import { type BreakingProxy, startProxy } from "./proxy.ts";

const ownCommand = fileURLToPath(new URL("../../packages/ostinato/src/bin.mjs", import.meta.url));
const clockShift = fileURLToPath(new URL("clock-shift.mjs", import.meta.url));

/** The servers under test, their database, and the proxy through which everybody reaches them. */
export interface Cluster {
  readonly database: "sqlite" | "postgresql";
  readonly folder: string;
  /** Through the proxy. */
  readonly apiUrl: string;
  readonly proxy: BreakingProxy;
  readonly servers: readonly ServerProcess[];
  readonly postgres: Postgres | undefined;
  /** Moves the clock of the servers to come, by so many seconds from the true one. */
  shiftClock(seconds: number): Promise<void>;
  dispose(): Promise<void>;
}

export interface ServerProcess {
  readonly port: number;
  readonly apiUrl: string;
  kill(): Promise<void>;
  /** Starts it, unless it runs, and resolves when it is healthy. */
  start(): Promise<void>;
}

export interface ClusterOptions {
  readonly database: Cluster["database"];
  /** The `ostinato` command to test; this repository's own unless told. */
  readonly command?: string | undefined;
}

export async function startCluster({ database, command = ownCommand }: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-chaos-"));
  const shiftFile = join(folder, "clock-shift");
  await writeFile(shiftFile, "0");
  const postgres = database === "postgresql" ? await startPostgres() : undefined;
  const environment = {
    ...process.env,
    OSTINATO_HOME: folder,
    OSTINATO_DATABASE_URL: postgres?.url ?? `sqlite:///${join(folder, "ostinato.db")}`,
    OSTINATO_LOG_LEVEL: "error",
    OSTINATO_CHAOS_CLOCK: shiftFile,
  };
  const servers = await Promise.all(
    Array.from({ length: database === "postgresql" ? 2 : 1 }, async () =>
      serverProcess(command, environment, await freePort()),
    ),
  );
  for (const server of servers) await server.start();
  const proxy = await startProxy(servers[0]?.port ?? 0);
  return {
    database,
    folder,
    apiUrl: `http://127.0.0.1:${proxy.port}/api`,
    proxy,
    servers,
    postgres,
    shiftClock: (seconds) => writeFile(shiftFile, String(seconds)),
    async dispose() {
      await proxy.close();
      for (const server of servers) await server.kill();
      await postgres?.dispose();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function serverProcess(command: string, environment: NodeJS.ProcessEnv, port: number): ServerProcess {
  const apiUrl = `http://127.0.0.1:${port}/api`;
  let child: ChildProcess | undefined;
  return {
    port,
    apiUrl,
    async start() {
      if (child !== undefined && child.exitCode === null && child.signalCode === null) return;
      child = spawn(process.execPath, ["--import", clockShift, command, "server", "start", "--port", String(port)], {
        env: environment,
        stdio: ["ignore", "ignore", "inherit"],
      });
      await untilHealthy(apiUrl, child);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child?.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function untilHealthy(apiUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`A server ended with ${child.exitCode ?? child.signalCode} before it was healthy`);
}

async function freePort(): Promise<number> {
  const probe = await startProxy(0);
  await probe.close();
  return probe.port;
}
