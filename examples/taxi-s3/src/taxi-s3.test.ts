import { createClient } from "@ostinato/client";
import { type FlowRun, filterFlowRuns, readDeploymentByName, readFlowRunResult } from "@ostinato/protocol";
import type { StartedExample } from "@ostinato/testing/example-project";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { project } from "../test/project.ts";

/** A machine that is busy with other things takes its time. */
const patient = 240_000;

let server: RecordingServer;
let started: StartedExample;
let client: ReturnType<typeof createClient>;
let id: string;
const said: string[] = [];

beforeAll(async () => {
  server = await startRecordingServer(project.serverEnvironment);
  const url = String(process.env.OSTINATO_API_URL).replace(/\/api$/, "");
  client = createClient({ baseUrl: `${url}/api` });
  started = await project.start({ url, environment: { ...process.env }, say: (sentence) => said.push(sentence) });
  id = (await started.run()).split("/").at(-1) ?? "";
}, patient);
afterAll(async () => {
  await started?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

test("downloads the folder of months, keeps checkpoints, trains, and reports the error", async () => {
  const { flowRun, taskRuns, artifacts } = await server.recorded(id);
  expect(flowRun).toMatchObject({ name: expect.any(String), state_name: "Completed" });
  expect(Object.groupBy(taskRuns, ({ name }) => name.replace(/-\d+$/, ""))).toMatchObject({
    "download months": [{ state_name: "Completed" }],
    "prepare trips": [{}, {}],
    "keep checkpoint": [{}, {}],
    "evaluate model": [{}, {}],
  });
  const report = artifacts.find(({ key }) => key === "taxi-s3-report");
  expect(String(report?.data)).toMatch(/root mean square error of \*\*[\d.]+ minutes\*\*/);
  const columns = artifacts.find(({ key }) => key === "taxi-columns");
  expect(String(columns?.data)).toContain("cbd_congestion_fee");
  const result = await client.call(readFlowRunResult, { params: { id } });
  expect(result.location).toMatch(/^s3-bucket:taxi-results\//);
  // The mean alone is wrong by eight minutes.
  expect(Number(/error of \*\*([\d.]+)/.exec(String(report?.data))?.[1])).toBeLessThan(4);
});

test("tells by mail that it is done", () => {
  expect(said).toContain("A mail has come: taxi-s3: a new model");
});

test("keeps each model in MLflow", { skip: process.env.MLFLOW_3_PYTHON === undefined }, async () => {
  const { taskRuns, artifacts } = await server.recorded(id);
  const tracked = taskRuns.filter(({ name }) => name.startsWith("track in MLflow"));
  expect(tracked.map(({ state_name }) => state_name)).toEqual(["Completed", "Completed"]);
  expect(artifacts.find(({ key }) => key === "mlflow-taxi")?.data).toContain("in MLflow");
});

test("is a deployment with a form and a schedule", async () => {
  const params = { flow_name: "taxi-s3", deployment_name: "monthly" };
  const { parameter_openapi_schema, schedules } = await client.call(readDeploymentByName, { params });
  expect(parameter_openapi_schema).toMatchObject({ properties: { train: { description: "the month to train on" } } });
  expect(schedules).toMatchObject([{ schedule: { cron: "0 6 3 * *", timezone: "America/New_York" } }]);
});

test("Python begins at the checkpoints of TypeScript, by the same blocks", {
  skip: process.env.PREFECT_BLOCKS_PYTHON === undefined,
}, async () => {
  const body = { flows: { name: { any_: ["taxi-s3-python"] } } };
  const [run] = (await client.call(filterFlowRuns, { body })) as FlowRun[];
  expect(run).toMatchObject({ state_name: "Completed" });
});
