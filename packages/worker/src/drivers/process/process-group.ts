import { readdirSync, readFileSync } from "node:fs";
import { type Clock, sleep } from "@ostinato/core";
import { claimVariable } from "../job.ts";

/** Sends a signal to all processes of a group; false where there is none. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    // Windows has no groups that take signals: there only the process itself is ended.
    process.kill(process.platform === "win32" ? group : -group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * The processes of a group that still run. Elsewhere than on Linux the number of the group stands for whatever is in it.
 */
export function membersOf(group: number): readonly number[] {
  if (process.platform === "win32") return [];
  if (!isThere(group)) return [];
  return process.platform === "linux" ? linuxMembers(group) : [group];
}

/** Resolves when nothing of the group runs any more: true; or after `seconds`: false. */
export async function isGroupGone(group: number, clock: Clock, seconds: number): Promise<boolean> {
  const end = clock.elapsed() + seconds;
  for (;;) {
    if (membersOf(group).length === 0) return true;
    const left = end - clock.elapsed();
    if (left <= 0) return false;
    await sleep(clock, Math.min(left, lookSeconds));
  }
}

/**
 * The processes of a group that carry a claim in their environment. The group of a process that is gone may have been given its number anew,
 * so its number alone proves nothing. Only Linux shows the environment.
 */
export function membersWithClaim(group: number, claim: string): readonly number[] {
  if (process.platform !== "linux") return [];
  return linuxMembers(group).filter((pid) => environmentHas(pid, `${claimVariable}=${claim}`));
}

const lookSeconds = 0.05;

function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Without those that have ended and that nobody has asked about (zombies), which the system counts as members. */
function linuxMembers(group: number): readonly number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const [state = "Z", , memberOf] = statOf(pid);
    return memberOf === String(group) && !"ZX".includes(state);
  });
}

/** State, parent, group, … of a process. The name of the program before them may contain anything. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

function environmentHas(pid: number, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(variable);
  } catch {
    return false;
  }
}
