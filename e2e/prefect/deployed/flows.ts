/** Flows that a team deploys beside those of `flows.py`. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { flow, task } from "ostinato";

const read = task(async function read(rows: number): Promise<number[]> {
  return Array.from({ length: rows }, (_, row) => row);
});

export const count = flow(async function count({ rows = 1 }: { rows?: number }) {
  const numbers = await read(rows);
  console.log(`counts ${numbers.length} rows`);
  return numbers.length;
});

/** Holds its place at its worker until there is a file. */
export const hold = flow(async function hold({ until }: { until: string }) {
  while (!existsSync(until)) await sleep(100);
});

if (import.meta.main) {
  await count.deploy({ name: "typescript", workPool: "machines", parameters: { rows: 2 } });
  await hold.deploy({ name: "typescript", workPool: "machines" });
}
