import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { copyFolder } from "./cache.ts";
import {
  findBinaries,
  findInitialisedCluster,
  giveAway,
  makeWorkFolder,
  type PostgresBinaries,
  runAs,
  superuser,
  superuserPassword,
} from "./postgres-binaries.ts";

/** A PostgreSQL server on a free port of 127.0.0.1, with a data folder that is removed with it. */
export interface Postgres {
  /** The address of the maintenance database: create other databases from it, don't test in it. */
  readonly url: string;
  /**
   * Stops the server and keeps its data: "fast" as an operator does, "immediate" as a crash does, "kill" by SIGKILL, after which the
   * processes of its connections must notice by themselves.
   */
  stop(how?: "fast" | "immediate" | "kill"): Promise<void>;
  /** Starts it again after `stop`, on the same port with the same data. */
  restart(): Promise<void>;
  /** Stops it and copies its data into a new folder, from which other servers can start. */
  saveTo(folder: string): Promise<void>;
  /** Runs one statement in the maintenance database. */
  execute(statement: string): Promise<void>;
  /**
   * Kills a process that serves a connection, as a machine without memory does: PostgreSQL then ends all connections and recovers by
   * itself.
   */
  killBackend(): Promise<void>;
  /** Gives a folder to the server's user, such as one for a tablespace. */
  own(folder: string): void;
  /** Stops it for good and removes its data. */
  dispose(): Promise<void>;
}

export interface PostgresOptions {
  /** A folder made by `saveTo`, whose copy is the initial data. */
  readonly from?: string;
  /** Keeps the data on the disk: large data would take the machine's memory. */
  readonly onDisk?: boolean;
  /** Settings of the server that override those of the tests: `{ fsync: "on" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts in about half a second, as root or not; leaves nothing behind when its owner dies. */
export async function startPostgres({ from, onDisk, settings = {} }: PostgresOptions = {}): Promise<Postgres> {
  const binaries = await findBinaries();
  const folder = await makeWorkFolder("postgres", { onDisk });
  const data = join(folder.path, "data");
  copyFolder(from ?? (await findInitialisedCluster(binaries)), data);
  const start = (port: number) => startServer(binaries, { data, port, settings });
  let { running, port } = await prepare(data, start).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  let watchdog = startWatchdog(running, folder.path);

  const url = urlOf(port, "postgres");
  const stop = async (how: keyof typeof signals = "fast") => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    running.ref();
    const exited = once(running, "exit");
    running.kill(signals[how]);
    await exited;
  };
  return {
    url,
    stop,
    async restart() {
      await stop();
      running = await startAfterOthersEnd(() => start(port));
      dismiss(watchdog);
      watchdog = startWatchdog(running, folder.path);
    },
    async saveTo(target) {
      await stop("fast");
      copyFolder(data, target);
    },
    execute: (statement) => execute(url, statement),
    async killBackend() {
      const pid = await backendOf(url);
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    },
    own: giveAway,
    async dispose() {
      await stop("immediate");
      await folder.remove();
      dismiss(watchdog);
    },
  };
}

const signals = { fast: "SIGINT", immediate: "SIGQUIT", kill: "SIGKILL" } as const;

export interface PostgresDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** A new database in the server at `serverUrl`, empty or a copy of the database `template` (which must not be in use). */
export async function createDatabase(serverUrl: string, template = "template0"): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await execute(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, database: string): string {
  return `postgresql://${superuser}:${superuserPassword}@127.0.0.1:${port}/${database}`;
}

type Start = (port: number) => Promise<ChildProcess>;

async function prepare(data: string, start: Start) {
  giveAway(data);
  await chmod(data, 0o700);
  return await startOnFreePort(start);
}

/** The process of another connection; undefined when there is none. */
async function backendOf(url: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: url });
  // All connections may end, including this one, before it is closed here.
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1",
    );
    return rows[0]?.pid;
  } finally {
    await client.end();
  }
}

const restartMillis = 10_000;

/** The processes of a killed server hold its memory until they notice its end, which takes a moment. */
async function startAfterOthersEnd(start: () => Promise<ChildProcess>): Promise<ChildProcess> {
  const giveUp = performance.now() + restartMillis;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (performance.now() > giveUp || !/shared memory block|lock file/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Another program may take the port between the search and the start; then another port is tried. */
async function startOnFreePort(start: Start) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { port, running: await start(port) };
    } catch (error) {
      if (attempt === 5 || !String(error).includes("could not create any TCP/IP sockets")) throw error;
    }
  }
}

// Durability against a crash of the machine does not matter here. The time zone is odd on purpose: code that relies on a session in UTC
// fails.
const usualSettings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "300",
  shared_buffers: "128MB",
  fsync: "off",
  full_page_writes: "off",
  max_wal_size: "512MB",
  timezone: "America/St_Johns",
};

interface ServerStart extends Required<Pick<PostgresOptions, "settings">> {
  readonly data: string;
  readonly port: number;
}

function startServer(binaries: PostgresBinaries, { data, port, settings }: ServerStart): Promise<ChildProcess> {
  const flags = Object.entries({ ...usualSettings, ...settings }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const child = spawn(join(binaries.folder, "bin", "postgres"), ["-D", data, "-p", String(port), ...flags], {
    ...runAs(),
    cwd: data,
    env: {},
    // A process group of its own: Ctrl-C in the terminal must not end the database before the tests that use it.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return new Promise((ready, fail) => {
    let output = "";
    const fitForUse = () => {
      child.stderr?.off("data", watch).resume();
      // Unref'd so that a program that forgets `dispose` can end; the watchdog then cleans up.
      child.unref();
      unref(child.stderr);
      ready(child);
    };
    const watch = (chunk: Buffer) => {
      output = (output + chunk).slice(-4000);
      if (output.includes("database system is ready to accept connections")) fitForUse();
    };
    child.stderr?.on("data", watch);
    child.on("error", fail);
    child.on("exit", (code, signal) => fail(new Error(`PostgreSQL ended with ${signal ?? code}:\n${output}`)));
  });
}

function startWatchdog(postgres: ChildProcess, folder: string): ChildProcess {
  const script = fileURLToPath(new URL("./postgres-watchdog.ts", import.meta.url));
  const watchdog = spawn(process.execPath, [script, String(postgres.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.unref();
  unref(watchdog.stdin);
  return watchdog;
}

/** A child's pipes are sockets, which Node's types do not say. */
function unref(pipe: object | null): void {
  if (pipe instanceof Socket) pipe.unref();
}

function dismiss(watchdog: ChildProcess): void {
  watchdog.stdin?.end("done");
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1");
  return address.port;
}
