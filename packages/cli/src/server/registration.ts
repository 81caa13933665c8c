import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../config/folders.ts";
import { homeFolder } from "../config/profile.ts";
import { askServer, authString } from "./ask-server.ts";

/** A file per port in the home folder, by which `stop` and `status` find a running server. */
export interface Registration {
  readonly pid: number;
  readonly port: number;
  /** The address for browsers, without a slash at the end. */
  readonly url: string;
  readonly database: string;
  readonly version: string;
  /** The start time that the server itself reports, which identifies its process. */
  readonly started: string;
}

/** Writes the file and returns the function that removes it. Throws where the home folder is not writable. */
export function register(registration: Registration): () => void {
  const file = fileOf(registration.port);
  makeFolder(homeFolder());
  writeFileSync(file, `${JSON.stringify(registration, null, 2)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The running servers of this home folder; removes the files of servers that were killed. */
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

/** In a container whose first process reaps no children, an ended process keeps its pid forever. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * Whether the process is the server that wrote the file, because pids are reused. The server's answer decides, or else the process's
 * command line.
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

/** For systems without /proc, such as macOS. Windows has neither, so only a server that answers can be stopped there. */
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
