import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { animalFacts } from "./flow.ts";

let server: RecordingServer;

beforeAll(async () => {
  server = await startRecordingServer();
});

afterAll(() => server[Symbol.asyncDispose]());

it("collects facts in two subflows, and tries again what failed", async () => {
  const run = animalFacts({ count: 4, failureRate: 0.5, seed: 3 });
  const { cats, dogs } = await run;
  expect(new Set([...cats, ...dogs]).size).toBe(8);

  const { flowRun, subflows, artifacts } = await server.recorded(await run.created);
  expect(flowRun.state_type).toBe("COMPLETED");
  expect(subflows).toHaveLength(2);
  const taskRuns = (await Promise.all(subflows.map(({ id }) => server.recorded(id)))).flatMap((sub) => sub.taskRuns);
  expect(taskRuns.map(({ state_name }) => state_name)).toEqual(Array(8).fill("Completed"));
  expect(Math.max(...taskRuns.map(({ run_count }) => run_count))).toBeGreaterThan(1);
  expect(artifacts).toMatchObject([
    { key: "animal-facts", type: "markdown", data: expect.stringContaining(cats[0] ?? "") },
  ]);
});

it("fails the same requests with the same seed", async () => {
  const attempts = async () => {
    const run = animalFacts({ count: 3, seed: 11 });
    await run;
    const { subflows } = await server.recorded(await run.created);
    const parts = await Promise.all(subflows.map(({ id }) => server.recorded(id)));
    return parts.flatMap(({ taskRuns }) => taskRuns.map(({ run_count }) => run_count)).toSorted();
  };
  expect(await attempts()).toEqual(await attempts());
});

it("fails with the server's answer when no try succeeds", async () => {
  const state = await animalFacts.state({ count: 1, failureRate: 1 });
  expect(state).toMatchObject({
    type: "FAILED",
    error: { message: expect.stringMatching(/\/cats\/0 answered 503|\/dogs\/0 answered 503/) },
  });
});

it("says which parameter is wrong before anything runs", async () => {
  await expect(animalFacts({ failureRate: 2 })).rejects.toThrow("failureRate");
});
