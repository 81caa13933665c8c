import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../config/folders.ts";
import { homeFolder } from "../config/profile.ts";
import { askServer, authString } from "./ask-server.ts";

/** What a running server leaves in the home folder, so that `stop` and `status` find it: one file per port. */
export interface Registration {
  readonly pid: number;
  readonly port: number;
  /** Where a browser finds it, without a slash at the end. */
  readonly url: string;
  readonly database: string;
  readonly version: string;
  /** The moment that the server itself gives as its start: no other process gives the same. */
  readonly started: string;
}

/** Writes the file and gives what takes it away again. Throws where the home folder can't be written. */
export function register(registration: Registration): () => void {
  const file = fileOf(registration.port);
  makeFolder(homeFolder());
  writeFileSync(file, `${JSON.stringify(registration, null, 2)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The servers of this home folder whose processes are there; files that a killed server left are removed. */
export function registeredServers(): readonly Registration[] {
  const read = listFiles().flatMap((name) => readRegistration(join(homeFolder(), name)) ?? []);
  const alive = read.filter(({ pid }) => isAlive(pid));
  for (const { port } of read.filter((one) => !alive.includes(one))) rmSync(fileOf(port), { force: true });
  return alive.toSorted((a, b) => a.port - b.port);
}

export function unregister({ port }: Registration): void {
  rmSync(fileOf(port), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** In a container whose first process collects no children, an ended process keeps its pid for ever. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * Whether the process is the server that wrote the file: pids are used again. The server says so itself, or, where it does not
 * answer, the process's command line does.
 */
export async function isOurs({ pid, url, started }: Registration): Promise<boolean> {
  const answer = await askServer(`${url}/api`, authString());
  if (answer.kind === "ostinato" && answer.started === started) return true;
  const command = commandLineOf(pid);
  return command !== undefined && /\bserver\b.*\bstart\b/.test(command) && /ostinato|bin\.mjs/.test(command);
}

function commandLineOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return askPs(pid);
  }
}

/** Where there is no /proc: macOS. On Windows there is no answer, so only a server that answers can be stopped there. */
function askPs(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}

function fileOf(port: number): string {
  return join(homeFolder(), `server-${port}.json`);
}

function listFiles(): readonly string[] {
  try {
    return readdirSync(homeFolder()).filter((name) => /^server-\d+\.json$/.test(name));
  } catch {
    return [];
  }
}

function readRegistration(file: string): Registration | undefined {
  try {
    const value = JSON.parse(readFileSync(file, "utf8")) as Partial<Registration>;
    return typeof value.pid === "number" && typeof value.port === "number" ? (value as Registration) : undefined;
  } catch {
    return undefined;
  }
}
