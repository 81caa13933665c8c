import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DatabaseName, openDatabase } from "@ostinato/testing/databases";
import { startPostgres } from "@ostinato/testing/postgres";
import { startOstinato } from "../server-process.ts";
import type { OpenApiDocument } from "./openapi-bodies.ts";
import type { Servers } from "./sequence.ts";

export interface ServersUnderTest extends Servers {
  stop(): Promise<void>;
}

/** Starts Prefect's server of this Python, and ours on each of the databases, all empty. */
export async function startServers(python: string, databases: readonly DatabaseName[]): Promise<ServersUnderTest> {
  const begun = Date.now() - 1000;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const prefect = await startPrefect(python);
    stops.push(prefect.stop);
    const ours: { readonly name: DatabaseName; readonly apiUrl: string }[] = [];
    for (const name of databases) {
      const { url, dispose } = await databaseFor(name);
      stops.push(dispose);
      const server = await startOstinato({ OSTINATO_DATABASE_URL: url, OSTINATO_LOG_LEVEL: "error" });
      stops.push(() => server.stop());
      ours.push({ name, apiUrl: server.apiUrl });
    }
    const document = (await (await fetch(`${prefect.apiUrl}/openapi.json`)).json()) as OpenApiDocument;
    return { prefect: { name: "prefect", apiUrl: prefect.apiUrl }, ours, document, begun, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function databaseFor(name: DatabaseName): Promise<{ readonly url: string; dispose(): Promise<void> }> {
  if (name === "sqlite") return openDatabase(name);
  const postgres = await startPostgres();
  return { url: postgres.url, dispose: () => postgres.dispose() };
}

const healthySeconds = 120;

async function startPrefect(python: string): Promise<{ readonly apiUrl: string; stop(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), "prefect-differential-"));
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const child = spawn(python, ["-m", "prefect", "server", "start", "--port", String(port)], {
    env: { ...process.env, ...alone, PREFECT_HOME: home },
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await healthy(apiUrl, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { apiUrl, stop };
}

/** What keeps Prefect in its folder, from telling others what it does, and its loops from moving the runs. */
const alone = {
  PREFECT_SERVER_ANALYTICS_ENABLED: "false",
  DO_NOT_TRACK: "1",
  PREFECT_SERVER_UI_ENABLED: "false",
  PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED: "false",
  PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED: "false",
  PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED: "false",
  PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED: "false",
  PREFECT_SERVER_SERVICES_FOREMAN_ENABLED: "false",
};

async function healthy(apiUrl: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + healthySeconds * 1000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`Prefect's server ended with ${child.exitCode} before it was healthy`);
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Prefect's server was not healthy within ${healthySeconds} s`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
