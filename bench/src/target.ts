import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A running server that is measured, in a process of its own, on an empty database. */
export interface Target {
  readonly name: "sqlite" | "postgresql";
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly home: string;
  /** Milliseconds from the start of the process to its first healthy answer. */
  readonly startMillis: number;
  /** Resident memory of the server now, in bytes. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

const command = fileURLToPath(new URL("../../packages/ostinato/src/bin.mjs", import.meta.url));

export interface TargetOptions {
  readonly name: Target["name"];
  /** Where the server keeps its data; a file in its home folder unless told. */
  readonly databaseUrl?: string | undefined;
  /** The program to start, where it is not this repository's own. */
  readonly command?: string;
}

export async function startTarget(options: TargetOptions): Promise<Target> {
  const home = await mkdtemp(join(tmpdir(), "ostinato-bench-"));
  const port = await freePort();
  const databaseUrl = options.databaseUrl ?? `sqlite:///${join(home, "ostinato.db")}`;
  const begun = performance.now();
  const child = spawn(process.execPath, [options.command ?? command, "server", "start", "--port", String(port)], {
    env: { ...process.env, OSTINATO_HOME: home, OSTINATO_DATABASE_URL: databaseUrl, OSTINATO_LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const apiUrl = `http://127.0.0.1:${port}/api`;
  await untilHealthy(apiUrl, child);
  const startMillis = performance.now() - begun;
  return {
    name: options.name,
    apiUrl,
    databaseUrl,
    home,
    startMillis,
    residentBytes: () => residentBytes(child),
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilHealthy(apiUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`The server ended with code ${child.exitCode} before it was healthy`);
}

async function residentBytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
