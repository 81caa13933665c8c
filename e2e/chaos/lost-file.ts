import { rename, rm } from "node:fs/promises";
import { patiently, pause } from "./api.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

const restMillis = 20;

/** Removes the file of a SQLite database under its server, waits until the server notices, and saves its open database. */
export async function removeAndSave(
  file: string,
  server: ServerUnderTest,
): Promise<{ readonly noticedAfter: number; readonly saved: string }> {
  for (const ending of ["", "-wal", "-shm"]) await rm(file + ending, { force: true });
  const removed = performance.now();
  while (await isReady(server)) await pause(restMillis);
  const noticedAfter = (performance.now() - removed) / 1000;
  const { file: saved } = await patiently<{ file: string }>(`${server.apiUrl}/admin/database/save`, {});
  return { noticedAfter, saved };
}

/** Restores the file after the server has closed it. */
export async function putBack(saved: string, file: string): Promise<void> {
  for (const ending of ["-wal", "-shm"]) await rm(file + ending, { force: true });
  await rename(saved, file);
}

async function isReady({ apiUrl }: ServerUnderTest): Promise<boolean> {
  const answer = await fetch(`${apiUrl}/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  return answer?.status !== 503;
}
