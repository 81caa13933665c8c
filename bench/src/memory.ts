import { readdir, readFile } from "node:fs/promises";

/** Resident memory of a process and its descendants, in bytes; NaN on systems without `/proc`. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  const names = await readdir("/proc").catch(() => []);
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess));
  const byParent = Map.groupBy(
    all.filter((one) => one !== undefined),
    ({ parent }) => parent,
  );
  const own = all.find((one) => one?.pid === pid);
  if (own === undefined) return Number.NaN;
  const sum = ({ pid, bytes }: Process): number =>
    (byParent.get(pid) ?? []).reduce((total, child) => total + sum(child), bytes);
  return sum(own);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly bytes: number;
}

async function readProcess(name: string): Promise<Process | undefined> {
  try {
    const status = await readFile(`/proc/${name}/status`, "utf8");
    const field = (label: string) => Number(new RegExp(`^${label}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return { pid: Number(name), parent: field("PPid"), bytes: field("VmRSS") * 1024 };
  } catch {
    return undefined; // The process has just ended.
  }
}
