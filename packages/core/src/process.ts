import { readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** The condition of a process of this machine: `unknown` if it belongs to another machine or cannot be examined. */
export type ProcessCondition = "alive" | "stopped" | "gone" | "unknown";

/**
 * Identifies this process, so that another process of the same machine or container can tell whether it still runs:
 * `linux-<boot>-<namespace>/<pid>/<start>`. The number alone is not enough, since systems reuse it. Undefined if the system does
 * not give the parts.
 */
export function ownProcess(): string | undefined {
  try {
    const start = isLinux ? startOf(readFileSync("/proc/self/stat", "utf8")) : Math.round(performance.timeOrigin);
    return `${machine()}/${process.pid}/${start}`;
  } catch {
    return undefined;
  }
}

/** The same name for a process that this one has just started. */
export function nameOfProcess(pid: number): string | undefined {
  try {
    return `${machine()}/${pid}/${isLinux ? startOf(readFileSync(`/proc/${pid}/stat`, "utf8")) : Date.now()}`;
  } catch {
    return undefined;
  }
}

/** Looks at the process with that name. */
export async function lookAtProcess(name: string): Promise<ProcessCondition> {
  const [where, pidText = "", start = ""] = name.split("/");
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid < 1) return "unknown";
  try {
    if (where !== machine()) return "unknown";
    if (!isThere(pid)) return "gone";
    return isLinux ? await lookByProc(pid, start) : await lookByPs(pid, Number(start));
  } catch {
    // Gone between two looks, or hidden from this user.
    return isThere(pid) ? "unknown" : "gone";
  }
}

const isLinux = process.platform === "linux";

let known: string | undefined;

function machine(): string {
  known ??= isLinux ? `linux-${bootId()}-${namespace()}` : `${process.platform}-${hostname().replaceAll("/", "-")}`;
  return known;
}

/** The same in all containers of a machine, and another after it has been started anew. */
function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Within it numbers of processes mean the same: a container has its own. */
function namespace(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function lookByProc(pid: number, start: string): Promise<ProcessCondition> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  if (startOf(stat) !== start) return "gone";
  return conditionOf(fieldsOf(stat)[0] ?? "");
}

/** When the process began, in ticks since the machine did. */
function startOf(stat: string): string {
  return fieldsOf(stat)[19] ?? "";
}

/** The fields behind the name of the program, which may hold anything. */
function fieldsOf(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The condition for a status letter of Linux and `ps`. A zombie counts as gone. */
function conditionOf(letter: string): ProcessCondition {
  if ("ZX".includes(letter)) return "gone";
  return "Tt".includes(letter) ? "stopped" : "alive";
}

/** `ps` gives whole seconds, and Node starts a moment after its process. */
const startToleranceMillis = 3000;

async function lookByPs(pid: number, startMillis: number): Promise<ProcessCondition> {
  // Loaded where it is needed: every program names itself, and few look at others.
  const [{ execFile }, { promisify }] = [
    process.getBuiltinModule("node:child_process"),
    process.getBuiltinModule("node:util"),
  ];
  const { stdout } = await promisify(execFile)("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    env: { ...process.env, LC_ALL: "C" },
  });
  const [, letter = "", began = ""] = /^\s*(\S)\S*\s+(.+?)\s*$/.exec(stdout) ?? [];
  if (Math.abs(Date.parse(began) - startMillis) > startToleranceMillis) return "gone";
  return conditionOf(letter);
}
