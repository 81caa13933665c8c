import { setTimeout as sleep } from "node:timers/promises";

const waitMillis = 50;

/**
 * Does the work while no other process on this machine does work under the same file. The lock is one of the operating system, held through SQLite, so
 * that the lock of a process that is killed is free at once.
 */
export async function exclusively<T>(
  file: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    while (!isTaken(lock)) await sleep(waitMillis, undefined, signal === undefined ? {} : { signal });
    return await work();
  } finally {
    lock.close();
  }
}

const busy = 5;

function isTaken(lock: { exec(sql: string): void }): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false;
    throw error;
  }
}
