import { timeOrderedId } from "@ostinato/core";
import { createDeployment, createFlow, filterFlowRuns, setFlowRunState } from "@ostinato/protocol";
import { beforeEach, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import type { BackfillOptions, BackfillProgress } from "../flow/backfill-options.ts";
import { backfill } from "./backfill.ts";

const recorder = recordOnOwnServer();
let deploymentId: string;

beforeEach(async () => {
  const { client } = recorder;
  const name = `flow ${timeOrderedId((Date.now() * 1000) as never)}`;
  const flow = await client.call(createFlow, { body: { name } });
  const schedules = [{ schedule: { cron: "0 6 * * *", timezone: "Asia/Seoul" } }];
  const body = { name: "daily", flow_id: flow.id, schedules, paused: true };
  ({ id: deploymentId } = await client.call(createDeployment, { body }));
});

async function runs() {
  return await recorder.client.call(filterFlowRuns, {
    body: { flow_runs: { deployment_id: { any_: [deploymentId] } }, sort: "EXPECTED_START_TIME_ASC" },
  });
}

/** Plays the processes that execute runs, until the backfill has ended. Gives how many runs were open at most. */
async function filled(options: Omit<BackfillOptions, "from" | "to">) {
  const range = { from: "2026-01-01T00:00:00+09:00", to: "2026-01-05T00:00:00+09:00" };
  let over = false;
  const filling = backfill(deploymentId, { ...range, ...options }).finally(() => {
    over = true;
  });
  let maxOpen = 0;
  let left = 4;
  while (!over) {
    const open = (await runs()).filter(({ state_type }) => state_type === "SCHEDULED");
    if (open.length < Math.min(options.concurrency ?? 1, Math.max(1, left))) continue;
    maxOpen = Math.max(maxOpen, open.length);
    left -= open.length;
    for (const { id } of open) {
      const state = { type: "COMPLETED" } as const;
      await recorder.client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
    }
  }
  return { counts: await filling, maxOpen };
}

test("makes a run for each time of the schedules, the earliest first, and a few at once", async () => {
  const seen: BackfillProgress[] = [];
  const { counts, maxOpen } = await filled({ concurrency: 2, onProgress: (progress) => seen.push(progress) });
  expect(counts).toEqual({ total: 4, completed: 4, failed: 0 });
  expect(maxOpen).toBe(2);
  expect(seen.map(({ completed }) => completed)).toEqual([1, 2, 3, 4]);
  expect((await runs()).map((run) => run.expected_start_time)).toEqual([
    "2025-12-31T21:00:00Z",
    "2026-01-01T21:00:00Z",
    "2026-01-02T21:00:00Z",
    "2026-01-03T21:00:00Z",
  ]);
});

test("goes on where it was stopped, and makes other runs for other parameters", async () => {
  const stop = new AbortController();
  const { counts } = await filled({ signal: stop.signal, onProgress: () => stop.abort() });
  expect(counts).toEqual({ total: 4, completed: 1, failed: 0 });
  const made = (await runs()).map(({ id }) => id);
  expect((await filled({})).counts).toEqual({ total: 4, completed: 4, failed: 0 });
  const all = (await runs()).map(({ id }) => id);
  expect(all).toHaveLength(4);
  expect(all.slice(0, made.length)).toEqual(made);
  await filled({ parameters: { depth: 8 } });
  expect(await runs()).toHaveLength(8);
});
