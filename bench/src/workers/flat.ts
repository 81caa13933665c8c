import type { Work } from "../group.ts";
import { amount, type Effort, summarize } from "../row.ts";
import { type Crowd, crowdPool } from "./crowd.ts";
import { claim, makeDue, newPool, type Pool, pollFor, type WorkersStage } from "./pools.ts";

const polled = 10;

/** Whether polls and claims take longer where many runs have ended and many are late. */
export const flat: Work<WorkersStage> = {
  rows: [
    { row: "poll of 10 runs, few in the pool", unit: "ms" },
    { row: "poll of 10 runs, many in the pool", unit: "ms" },
    { row: "poll of 10 runs: many against few", unit: "×" },
    { row: "claim of a run, few in the pool", unit: "ms" },
    { row: "claim of a run, many in the pool", unit: "ms" },
    { row: "claim of a run: many against few", unit: "×" },
  ],
  how: (effort) =>
    `one connection, ${count(effort)} calls of a pool that has as many due runs; the same after ${crowd(effort).finished} runs of it have ended and ${crowd(effort).late} more are late`,
  notice: (effort) => `polls and claims beside ${crowd(effort).finished + crowd(effort).late} runs`,
  async measure(stage, effort) {
    const pool = await newPool(stage);
    const few = await measure(stage, pool, count(effort));
    await crowdPool(stage, pool, crowd(effort));
    const many = await measure(stage, pool, count(effort));
    return [
      few.polls,
      many.polls,
      [times(many.polls, few.polls)],
      few.claims,
      many.claims,
      [times(many.claims, few.claims)],
    ];
  },
};

function count(effort: Effort): number {
  return amount(effort, 500, 20);
}

function crowd(effort: Effort): Crowd {
  return { finished: amount(effort, 100_000), late: amount(effort, 10_000) };
}

function times(many: readonly number[], few: readonly number[]): number {
  const median = (samples: readonly number[]) => summarize({ unit: "ms", samples }).median;
  return median(many) / median(few);
}

async function measure(stage: WorkersStage, pool: Pool, calls: number) {
  await makeDue(stage, pool, calls + polled);
  const polls = await timed(calls, () => pollFor(stage, pool, polled));
  const claims = await timed(calls, () => claim(stage, pool, 1));
  return { polls, claims };
}

/** The milliseconds of each call. A call that gives no run is a mistake. */
async function timed(calls: number, call: () => Promise<readonly unknown[]>): Promise<readonly number[]> {
  const latencies: number[] = [];
  while (latencies.length < calls) {
    const begun = performance.now();
    const runs = await call();
    latencies.push(performance.now() - begun);
    if (runs.length === 0) throw new Error("a pool with due runs gave none");
  }
  return latencies;
}
