import { rmSync } from "node:fs";
import { join } from "node:path";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { literal, openDatabase } from "@ostinato-examples/modelling/duckdb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packagedFlights } from "./flights.ts";
import { flightDelays } from "./flow.ts";

let server: RecordingServer;

let source: string;

/** Trains for seconds, in threads that start first: bounds for a machine that is busy with other things. */
const patient = { timeout: 180_000 };

beforeAll(async () => {
  server = await startRecordingServer();
  source = join(server.home, "flights.parquet");
  using database = await openDatabase();
  await database.run(`
    COPY (
      SELECT * EXCLUDE file_row_number FROM read_parquet(${literal(packagedFlights())}, file_row_number = true)
      WHERE file_row_number % 150 = 0)
    TO ${literal(source)} (FORMAT parquet)`);
});

afterAll(() => server[Symbol.asyncDispose]());

async function runOnce() {
  const run = flightDelays({ source, trainingRows: 2000, validationRows: 1000 });
  const result = await run;
  return { result, ...(await server.recorded(await run.created)) };
}

it("runs the pipeline, with every task recorded, and reports what it found", patient, async () => {
  const { result, flowRun, taskRuns, artifacts, logs } = await runOnce();
  expect(flowRun.state_name).toBe("Completed");
  expect(result.rows).toBe(20_000);
  expect(result.error_minutes).toBeGreaterThan(0);
  expect(result.error_minutes).toBeLessThan(30);

  expect(taskRuns.map(({ state_name }) => state_name)).toEqual(taskRuns.map(() => "Completed"));
  const names = taskRuns.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "locate flights-0",
      "checkpoint 2001-01",
      "features 2001-06",
      "train trees",
      "evaluate linear",
    ]),
  );
  const report = artifacts.find(({ key }) => key === "flight-delays-report")?.data;
  expect(report).toContain("| gradient-boosted trees |");
  expect(report).toContain("](data:image/svg+xml;base64,");
  expect(artifacts.map(({ key }) => key)).toEqual(expect.arrayContaining(["flights-by-month", "flight-delays-models"]));
  expect(logs).toEqual(expect.arrayContaining([expect.stringMatching(/^20000 flights from 2001-01-01/)]));
});

it("uses earlier results again, and makes files anew that were deleted", patient, async () => {
  await runOnce();
  const before = await runOnce();
  const stateOf = ({ taskRuns }: typeof before, name: string) =>
    taskRuns.find((taskRun) => taskRun.name === name)?.state_name;
  expect([stateOf(before, "inspect flights-0"), stateOf(before, "evaluate trees")]).toEqual(["Cached", "Cached"]);
  for (const folder of ["flights", "history", "features", "samples"]) {
    rmSync(join(server.home, "examples", "flight-delays", folder), { recursive: true });
  }
  const after = await runOnce();
  expect(after.flowRun.state_name).toBe("Completed");
  expect(after.result).toEqual(before.result);
});

it("fails with a message that names a file that is not there", async () => {
  await expect(flightDelays({ source: "nowhere.parquet" })).rejects.toThrow("nowhere.parquet");
});
