import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nycTaxi } from "./flow.ts";
import { writeMadeUpMonth } from "./made-up-month.ts";

let server: RecordingServer;

/** Trains for seconds, in threads that start first: bounds for a machine that is busy with other things. */
const patient = { timeout: 180_000 };

beforeAll(async () => {
  server = await startRecordingServer();
});

afterAll(() => server[Symbol.asyncDispose]());

async function writeMonth(name: string): Promise<string> {
  const path = join(server.home, name);
  await writeMadeUpMonth(path);
  return path;
}

it("trains both models, keeps the better one and writes a report", patient, async () => {
  const train = await writeMonth("train.parquet");
  const run = nycTaxi({ train, val: await writeMonth("val.parquet") });
  expect(await run).toMatchObject({ trips: 2000, rmse_minutes: expect.closeTo(0, 0) });

  const { flowRun, taskRuns, artifacts } = await server.recorded(await run.created);
  expect(flowRun.state_name).toBe("Completed");
  expect(taskRuns.map(({ name }) => name)).toEqual(expect.arrayContaining(["train linear", "evaluate trees"]));
  const [report] = artifacts;
  expect(report).toMatchObject({ key: "nyc-taxi-report", type: "markdown" });
  expect(report?.data).toContain("| gradient-boosted trees |");
  expect(report?.data).toContain("](data:image/svg+xml;base64,");
});

it("predicts the rides of February 2021 to 7.8 minutes or better", patient, async ({ skip }) => {
  const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
  const [train, val] = ["2021-01", "2021-02"].map((month) => join(data, `green_tripdata_${month}.parquet`)) as [
    string,
    string,
  ];
  skip(!existsSync(train) || !existsSync(val), `there are no months of taxi rides in ${data}`);
  const { trips, rmse_minutes } = await nycTaxi({ train, val, models: ["linear"] });
  expect(trips).toBe(73_908);
  expect(rmse_minutes).toBeLessThan(7.8);
});

it("fails with a message that names the file which is not there", async () => {
  const run = nycTaxi({ train: "missing/green_tripdata_2031-01.parquet", val: await writeMonth("val.parquet") });
  await expect(run).rejects.toThrow("missing/green_tripdata_2031-01.parquet");
  const { flowRun, taskRuns } = await server.recorded(await run.created);
  expect(flowRun.state?.message).toContain("missing/green_tripdata_2031-01.parquet");
  const failed = taskRuns.find(({ state_type }) => state_type === "FAILED");
  expect(failed).toMatchObject({ name: "fetch trips-0", run_count: 1 });
  expect(failed?.state?.message).toContain("missing/green_tripdata_2031-01.parquet");
});
