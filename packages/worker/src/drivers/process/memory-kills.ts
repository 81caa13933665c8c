import { readFileSync } from "node:fs";

/**
 * How many processes this machine has killed for lack of memory since it started, of all containers as well. 0 where the system doesn't say:
 * only Linux does.
 */
export function countMemoryKills(): number {
  if (process.platform !== "linux") return 0;
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
