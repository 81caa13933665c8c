import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, untilHealthy } from "./health.ts";
import { residentBytes } from "./memory.ts";

/** A measured server in a process of its own. */
export interface Target {
  /** Its name in the table. */
  readonly name: string;
  /** Its database. */
  readonly database: DatabaseName;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly home: string;
  /** Whether it is another product, which may refuse requests. */
  readonly peer: boolean;
  /** The command that runs the bench's flows against it. */
  readonly flows: Command;
  /** Its command line, `ostinato` or the peer's. */
  readonly commandLine: Command;
  /** Milliseconds from the start of the process to its first healthy answer. */
  readonly startMillis: number;
  /** The present resident memory of the server and its child processes. */
  residentBytes(): Promise<number>;
  /** Another server of the same kind, with an empty database where that is a file. */
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
  /** The server's database; by default a file in its home folder. */
  readonly databaseUrl?: string | undefined;
  /** The program to start; by default this repository's. */
  readonly command?: string | undefined;
  /** The age at which data is removed, as `1d`, by what it is; by default nothing is removed. */
  readonly retention?: Retention | undefined;
}

export type Retention = Partial<Readonly<Record<keyof typeof keepsAll, string>>>;

/** The measured data may be old, and must not be removed meanwhile. */
const keepsAll = { runs: "never", logs: "never", events: "never", artifacts: "never" };

function retentionSettings(retention: Retention | undefined): Readonly<Record<string, string>> {
  const ages = Object.entries({ ...keepsAll, ...retention });
  return Object.fromEntries(ages.map(([kind, age]) => [`OSTINATO_RETENTION_${kind.toUpperCase()}`, age]));
}

export async function startTarget({ database, databaseUrl, command, retention }: TargetOptions): Promise<Target> {
  const home = await mkdtemp(join(tmpdir(), "ostinato-bench-"));
  const port = await freePort();
  const url = databaseUrl ?? sqliteUrl(join(home, "ostinato.db"));
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const begun = performance.now();
  const child = spawn(process.execPath, [command ?? sourceCommand, "server", "start", "--port", String(port)], {
    env: {
      ...process.env,
      OSTINATO_HOME: home,
      OSTINATO_DATABASE_URL: url,
      OSTINATO_LOG_LEVEL: "error",
      OSTINATO_SERVER_PRIVATE_TARGETS: "127.0.0.0/8",
      ...retentionSettings(retention),
    },
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
    commandLine: {
      program: process.execPath,
      args: [command ?? sourceCommand],
      env: { OSTINATO_HOME: home, OSTINATO_API_URL: apiUrl, OSTINATO_LOG_LEVEL: "off" },
    },
    startMillis,
    residentBytes: () => residentBytes(child.pid),
    another: () => startTarget({ database, command, retention, ...(database === "sqlite" ? {} : { databaseUrl }) }),
    async stop() {
      await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

export function sqliteUrl(file: string): string {
  return `sqlite:///${file}`;
}

/** Asks the process to end, and waits for that. */
export async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.kill("SIGTERM")) await ended;
}
