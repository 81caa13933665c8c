import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@ostinato/client";
import { createConcurrencyLimit, filterTaskRuns, readConcurrencyLimitPage } from "@ostinato/protocol";
import { startRecordingServer } from "@ostinato/testing/recording-server";
import { concurrency, flow, task } from "ostinato";
import { expect, test, vi } from "vitest";
import { prefectEnvironment } from "./clients.ts";

const program = fileURLToPath(new URL("tagged.py", import.meta.url));
const python = process.env.PREFECT_PYTHON ?? "";
const patience = { timeout: 120_000, interval: 100 };

const train = task({ tags: ["gpu"] }, async function train(index: number) {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return index;
});
const trains = flow({ name: "trains in TypeScript" }, async () => {
  await train.map([1, 2, 3]);
});

/** A limit of a tag holds for the tasks of all programs. `prefect.test.ts` says what this needs. */
test.skipIf(python === "")(
  "the limit of a tag is shared by tasks of Python and of TypeScript",
  { timeout: 300_000 },
  async () => {
    await using server = await startRecordingServer();
    const apiUrl = process.env.OSTINATO_API_URL ?? "";
    const client = createClient({ baseUrl: apiUrl });
    await client.call(createConcurrencyLimit, { body: { name: "tag:gpu", limit: 1 } });
    const held = await concurrency("tag:gpu");
    const inPython = promisify(execFile)(python, [program], {
      env: prefectEnvironment(apiUrl, server.home),
    });
    const inTypeScript = trains();
    const params = { id_or_name: "tag:gpu" };
    await vi.waitFor(async () => {
      const { waiting } = await client.call(readConcurrencyLimitPage, { params });
      // A program of Prefect asks for one task after the other.
      expect(waiting.length).toBeGreaterThanOrEqual(4);
    }, patience);
    await held.release();
    const [{ stdout }] = await Promise.all([inPython, inTypeScript]);
    const flow_run_ids = [stdout.trim().split("\n").at(-1) ?? "", await inTypeScript.created];
    const ended = await vi.waitFor(async () => {
      const runs = await client.call(filterTaskRuns, { body: { flow_runs: { id: { any_: flow_run_ids } } } });
      const completed = runs.filter(({ state_type }) => state_type === "COMPLETED");
      expect(completed).toHaveLength(6);
      return completed;
    }, patience);
    const times = ended
      .map(({ start_time, end_time }) => [Date.parse(start_time ?? ""), Date.parse(end_time ?? "")] as const)
      .toSorted(([one], [other]) => one - other);
    for (const [index, [start]] of times.entries()) {
      expect(start).toBeGreaterThanOrEqual(times[index - 1]?.[1] ?? 0);
    }
  },
);
