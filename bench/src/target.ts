import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, untilHealthy } from "./health.ts";
import { residentBytes } from "./memory.ts";

/** A running server that is measured, in a process of its own. */
export interface Target {
  /** As the table names it. */
  readonly name: string;
  /** What it keeps its data in. */
  readonly database: DatabaseName;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly home: string;
  /** Whether it is a server of somebody else, which may refuse what ours may not. */
  readonly peer: boolean;
  /** How a program with the flows of the bench is started against it. */
  readonly flows: Command;
  /** Milliseconds from the start of the process to its first healthy answer. */
  readonly startMillis: number;
  /** Resident memory of the server and of the processes that it started, now. */
  residentBytes(): Promise<number>;
  /** Another server of the same kind; where the database is a file, on an empty one. */
  another(): Promise<Target>;
  stop(): Promise<void>;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export type DatabaseName = "sqlite" | "postgresql";

const sourceCommand = fileURLToPath(new URL("../../packages/ostinato/src/bin.mjs", import.meta.url));
const flowProgram = fileURLToPath(new URL("./programs/tasks.ts", import.meta.url));

export interface TargetOptions {
  readonly database: DatabaseName;
  /** Where the server keeps its data; a file in its home folder unless told. */
  readonly databaseUrl?: string | undefined;
  /** The program to start, where it is not this repository's own. */
  readonly command?: string | undefined;
}

/** What is measured may be old, and must not be removed meanwhile. */
const keepsAll = {
  OSTINATO_RETENTION_RUNS: "never",
  OSTINATO_RETENTION_LOGS: "never",
  OSTINATO_RETENTION_EVENTS: "never",
  OSTINATO_RETENTION_ARTIFACTS: "never",
};

export async function startTarget({ database, databaseUrl, command }: TargetOptions): Promise<Target> {
  const home = await mkdtemp(join(tmpdir(), "ostinato-bench-"));
  const port = await freePort();
  const url = databaseUrl ?? sqliteUrl(join(home, "ostinato.db"));
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const begun = performance.now();
  const child = spawn(process.execPath, [command ?? sourceCommand, "server", "start", "--port", String(port)], {
    env: { ...process.env, OSTINATO_HOME: home, OSTINATO_DATABASE_URL: url, OSTINATO_LOG_LEVEL: "error", ...keepsAll },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await untilHealthy(apiUrl, child);
  const startMillis = performance.now() - begun;
  return {
    name: database,
    database,
    apiUrl,
    databaseUrl: url,
    home,
    peer: false,
    flows: {
      program: process.execPath,
      args: [flowProgram],
      env: { OSTINATO_API_URL: apiUrl, OSTINATO_LOG_LEVEL: "off" },
    },
    startMillis,
    residentBytes: () => residentBytes(child.pid),
    another: () => startTarget({ database, command, ...(database === "sqlite" ? {} : { databaseUrl }) }),
    async stop() {
      await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

export function sqliteUrl(file: string): string {
  return `sqlite:///${file}`;
}

/** Asks the process to end, and waits until it has. */
export async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.kill("SIGTERM")) await ended;
}
