import { S3Bucket } from "@ostinato/aws";
import { createClient } from "@ostinato/client";
import { MlflowTracking } from "@ostinato/mlflow";
import { openTables } from "@ostinato/parquet";
import {
  type FlowRun,
  filterFlowRuns,
  readBlockDocumentByName,
  readDeploymentByName,
  readFlowRunResult,
  readTaskRunResult,
} from "@ostinato/protocol";
import { launchBrowser, openPage } from "@ostinato/testing/browser";
import type { StartedExample } from "@ostinato/testing/example-project";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { builtUi } from "@ostinato/testing/ui";
import { runDeployment } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { project } from "../test/project.ts";

/** A machine that is busy with other things takes its time. */
const patient = 240_000;

let server: RecordingServer;
let started: StartedExample;
let client: ReturnType<typeof createClient>;
let url: string;
let id: string;
const said: string[] = [];

const { MLFLOW_3_PYTHON, INTEGRATIONS_PYTHON, PREFECT_BLOCKS_PYTHON } = process.env;
/** `.ci/run` makes the Pythons. Without those of the servers the tests skip. */
const suite = describe.skipIf(MLFLOW_3_PYTHON === undefined || INTEGRATIONS_PYTHON === undefined);

suite("the taxi pipeline in a bucket", () => {
  beforeAll(async () => {
    server = await startRecordingServer(project.serverEnvironment, { uiFolder: await builtUi() });
    url = String(process.env.OSTINATO_API_URL).replace(/\/api$/, "");
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
      "clean trips": [{ state_name: "Completed" }, { state_name: "Completed" }],
      "add features": [{}, {}],
      "track in MLflow": [{ state_name: "Completed" }, { state_name: "Completed" }],
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

  test("keeps clean trips as Parquet in the bucket, and shows them as a table with types", async () => {
    const { taskRuns } = await server.recorded(id);
    const [clean] = taskRuns.filter(({ name }) => name.startsWith("clean trips"));
    const { preview } = await client.call(readTaskRunResult, { params: { id: clean?.id ?? "" } });
    expect(preview).toMatchObject({ kind: "table" });
    expect(JSON.stringify(preview)).toContain("duration");
    const lake = await S3Bucket.load("taxi");
    const kept = (await Array.fromAsync(lake.list("checkpoints/"))).map(({ key }) => key);
    expect(kept.filter((key) => key.endsWith(".parquet"))).toEqual([
      expect.stringMatching(/^checkpoints\/trips-2024-01-\w+\.parquet$/),
      expect.stringMatching(/^checkpoints\/trips-2024-02-\w+\.parquet$/),
    ]);
    await using tables = await openTables({ trips: { bucket: lake, key: kept[0] ?? "" } });
    expect(await tables.query("SELECT min(duration) >= 1 AND max(duration) <= 60 AS are_clean FROM trips")).toEqual([
      { are_clean: true },
    ]);
  });

  test("keeps each model with its error in MLflow", async () => {
    const { artifacts } = await server.recorded(id);
    expect(artifacts.find(({ key }) => key === "mlflow-taxi")?.data).toContain("in MLflow");
    const tracking = await MlflowTracking.load("taxi");
    const runs = await Array.fromAsync(tracking.searchRuns("taxi"));
    expect(runs.map(({ params }) => params.kind).toSorted()).toEqual(["linear", "trees"]);
    expect(runs.map(({ metrics }) => metrics.rmse)).toEqual([expect.any(Number), expect.any(Number)]);
  });

  test("is a deployment with a form and a schedule", async () => {
    const params = { flow_name: "taxi-s3", deployment_name: "monthly" };
    const { parameter_openapi_schema, schedules } = await client.call(readDeploymentByName, { params });
    expect(parameter_openapi_schema).toMatchObject({ properties: { train: { description: "the month to train on" } } });
    expect(schedules).toMatchObject([{ schedule: { cron: "0 6 3 * *", timezone: "America/New_York" } }]);
  });

  test("reads from the folder that somebody writes into the block on its page", { timeout: patient }, async () => {
    const document = await client.call(readBlockDocumentByName, {
      params: { slug: "s3-bucket", block_document_name: "taxi" },
      query: {},
    });
    const browser = await launchBrowser();
    try {
      const { page, problems } = await openPage(browser);
      page.setDefaultTimeout(20_000);
      await page.goto(`${url}/blocks/block/${document.id}`);
      await page.getByRole("link", { name: "Edit" }).click();
      await page.getByLabel("Bucket Folder").fill("archive");
      await page.getByRole("button", { name: "Save the block" }).click();
      await page.getByText("archive", { exact: true }).waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
    const parameters = { train: "2023-11", val: "2023-12", models: ["linear"] };
    const { id: next, state } = await runDeployment("taxi-s3/monthly", { parameters });
    const { logs, taskRuns } = await server.recorded(next);
    expect(state.name).toBe("Completed");
    expect(logs).toContain("2 months are here from s3://taxi/archive/green");
    const [clean] = taskRuns.filter(({ name }) => name.startsWith("clean trips"));
    const { preview } = await client.call(readTaskRunResult, { params: { id: clean?.id ?? "" } });
    expect(JSON.stringify(preview)).toContain("s3://taxi/archive/checkpoints/trips-2023-1");
  });

  test("Python begins at the checkpoints of TypeScript, by the same blocks", {
    skip: PREFECT_BLOCKS_PYTHON === undefined,
  }, async () => {
    const body = { flows: { name: { any_: ["taxi-s3-python"] } } };
    const [run] = (await client.call(filterFlowRuns, { body })) as FlowRun[];
    expect(run).toMatchObject({ state_name: "Completed" });
  });
});
