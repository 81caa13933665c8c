import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@ostinato/client";
import { GcsBucket } from "@ostinato/gcp";
import { mlflow } from "@ostinato/mlflow";
import { filterFlowRuns, type QuestionPage, readQuestionPage, resumeFlowRun } from "@ostinato/protocol";
import { database } from "@ostinato/sql";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Services, startServices } from "./services.ts";

/** Pythons that `.ci/run` makes: of MLflow's server, of the store, and of Prefect with its packages. Without the first two the tests skip. */
const {
  MLFLOW_3_PYTHON: mlflowPython = "",
  INTEGRATIONS_PYTHON: storagePython = "",
  PREFECT_BLOCKS_PYTHON: prefect,
} = process.env;
const source = (file: string) => fileURLToPath(new URL(`../src/${file}`, import.meta.url));
/** Bounds for a machine that is busy with other things. */
const patient = { timeout: 240_000 };

const suite = describe.skipIf(mlflowPython === "" || storagePython === "");

suite("the project, with MLflow, a bucket and PostgreSQL", () => {
  let server: RecordingServer;
  let services: Services;

  beforeAll(async () => {
    [server, services] = await Promise.all([
      startRecordingServer(),
      startServices({ mlflow: mlflowPython, storage: storagePython }),
    ]);
    process.env.STORAGE_EMULATOR_HOST = services.storageUrl;
    await run(process.execPath, "set-up.ts");
    await run(process.execPath, "main.ts", "upload");
    await run(process.execPath, "main.ts", "train");
  }, patient.timeout);
  afterAll(async () => {
    await services?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const client = () => createClient({ baseUrl: process.env.OSTINATO_API_URL ?? "" });
  const environment = () => ({
    ...process.env,
    ...services.environment,
    PREFECT_API_URL: process.env.OSTINATO_API_URL,
    PREFECT_HOME: join(server.home, "prefect"),
    PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    DO_NOT_TRACK: "1",
  });
  const run = (command: string, file: string, ...args: readonly string[]) =>
    promisify(execFile)(command, [source(file), ...args], { env: environment(), timeout: patient.timeout });

  async function newest(flow: string) {
    const [found] = await client().call(filterFlowRuns, {
      body: { flows: { name: { any_: [flow] } }, sort: "START_TIME_DESC", limit: 1 },
    });
    return await server.recorded(found?.id ?? "");
  }

  it("uploads claims in the shape of the public data set to Cloud Storage, and learns from what it finds there", async () => {
    const upload = await newest("fraud-upload");
    expect(upload.flowRun.state_name).toBe("Completed");
    // The project is in the key of the block, and no secret.
    expect(upload.logs).toContain("2000 claims are at gs://insurance-lab-claims/raw/claims.csv");
    const { gcp_credentials, ...place } = await GcsBucket.read("insurance-claims");
    expect(place).toMatchObject({ bucket: "insurance-lab-claims" });
    expect(gcp_credentials?.service_account_info).toMatchObject({
      client_email: "claims@insurance-lab.iam.gserviceaccount.com",
    });
    const csv = await (await GcsBucket.load("insurance-claims")).readText("raw/claims.csv");
    const [header = "", ...rows] = csv.trimEnd().split("\n");
    expect(header.split(",")).toHaveLength(39);
    const policies = rows.map((row) => Number(row.split(",")[header.split(",").indexOf("policy_number")]));
    expect(rows).toHaveLength(2_000);
    const { logs } = await newest("fraud-training");
    expect(logs).toContain("2000 claims of raw/claims.csv");
    const put = policies.filter((policy) => policy % 4 === 0).length;
    expect(logs).toContain(`${2_000 - put} claims to learn from, ${put} put aside for the test`);
  });

  it("searches below one task, trains with the best parameters of MLflow, and keeps the model and its metrics there", async () => {
    const { flowRun, taskRuns, logs } = await newest("fraud-training");
    expect(flowRun.state_name).toBe("Completed");
    const searching = taskRuns.find(({ name }) => name.startsWith("search parameters"));
    const tries = taskRuns.filter(({ task_inputs }) => JSON.stringify(task_inputs).includes(searching?.id ?? "none"));
    expect(tries.map(({ name }) => name).toSorted()).toEqual(["try 0", "try 1", "try 2", "try 3"]);
    expect(logs).toContainEqual(
      expect.stringMatching(/^the best of the search is candidate \d, with an F1 score of 0\.\d+/),
    );
    const kept = mlflow({ url: services.mlflowUrl });
    const searched = await Array.fromAsync(kept.searchRuns("insurance-fraud-search"));
    const [parent] = searched.filter(({ name }) => name === "search");
    const candidates = searched.filter(({ tags }) => tags["mlflow.parentRunId"] === parent?.id);
    const [best] = candidates.toSorted((one, other) => (other.metrics.f1 ?? 0) - (one.metrics.f1 ?? 0));
    expect(candidates).toHaveLength(4);
    const [trained] = await Array.fromAsync(kept.searchRuns("insurance-fraud"));
    expect(trained?.params).toEqual({ ...best?.params, rows: "1500" });
    expect(Object.keys(trained?.metrics ?? {})).toEqual(expect.arrayContaining(["f1", "precision", "recall", "loss"]));
    const champion = await kept.modelVersion("insurance-fraud", "champion");
    expect(champion).toMatchObject({ version: 1, runId: trained?.id });
    if (champion === undefined) return;
    const model = JSON.parse(await (await kept.modelArtifacts(champion)).readText("model.json"));
    expect(model.weights).toHaveLength(model.encoding.numbers.length + model.encoding.words.length);
  });

  it("writes three reports, with the confusion matrix as a picture and links to MLflow", async () => {
    const { artifacts } = await newest("fraud-training");
    const report = (key: string) => String(artifacts.find((artifact) => artifact.key === key)?.data);
    expect(report("fraud-model-report")).toMatch(/!\[Confusion matrix\]\(data:image\/svg\+xml;base64,\w+/);
    expect(report("fraud-model-report")).toContain("incident_severity = Major Damage");
    expect(report("fraud-mlflow-info")).toContain("Version 1 of the model **insurance-fraud** is the champion now.");
    const [, page = ""] = /\| run \| \[\w+\]\((\S+)\) \|/.exec(report("fraud-mlflow-info")) ?? [];
    expect(page.startsWith(`${services.mlflowUrl}/#/experiments/`)).toBe(true);
    expect(report("fraud-how-to-deploy")).toContain("The flow `fraud-batch-predict` takes the champion");
    expect(artifacts.map(({ key }) => key)).toContain("mlflow-insurance-fraud");
  });

  /** The question of the run of the flow that waits. */
  async function question(flow: string): Promise<QuestionPage> {
    let found: QuestionPage | undefined;
    const look = async () => {
      const criteria = {
        flows: { name: { any_: [flow] } },
        flow_runs: { state: { type: { any_: ["PAUSED" as const] } } },
      };
      const [paused] = await client().call(filterFlowRuns, { body: criteria });
      if (paused === undefined) return false;
      found = await client().call(readQuestionPage, { params: { id: paused.id }, query: {} });
      return found.question !== null && !found.question.is_schema_missing;
    };
    await expect.poll(look, { timeout: patient.timeout / 2, interval: 250 }).toBe(true);
    if (found === undefined) throw new Error("the run asks nothing");
    return found;
  }

  async function answer(asked: QuestionPage, run_input: Readonly<Record<string, unknown>>) {
    const answers = asked.question === null ? {} : { answers: asked.question.id };
    return await client().call(resumeFlowRun, { params: { id: asked.flow_run.id }, body: { run_input, ...answers } });
  }

  const programs = [
    { language: "TypeScript", command: process.execPath, file: "main.ts", flow: "fraud-batch-predict" },
    ...(prefect === undefined
      ? []
      : [{ language: "Python", command: prefect, file: "insurance_fraud.py", flow: "fraud-batch-predict-python" }]),
  ];

  it.each(programs)(
    "predicts in $language what a person asks for, and writes it back",
    patient,
    async ({ command, file, flow }) => {
      const child = spawn(command, [source(file), "predict"], { env: environment(), stdio: "ignore" });
      const ended = once(child, "close");
      const asked = await question(flow);
      await using insurance = database(services.databaseUrl);
      const [day] = await insurance.query<{ day: string; claims: number }>(
        "SELECT incident_date::text AS day, count(*)::int AS claims FROM new_claims GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1",
      );
      await answer(asked, { table: "new_claims", day: day?.day });
      expect(await ended).toEqual([0, null]);
      const predicted = await insurance.query(
        "SELECT model_version, probability BETWEEN 0 AND 1 AS is_share FROM fraud_predictions JOIN new_claims USING (policy_number) WHERE incident_date = CAST(:day AS date)",
        { day: day?.day ?? "" },
      );
      expect(predicted).toEqual(Array.from({ length: day?.claims ?? 0 }, () => ({ model_version: 1, is_share: true })));
      expect((await newest(flow)).artifacts).toMatchObject([{ key: "fraud-predictions", type: "table" }]);
    },
  );

  it.skipIf(prefect === undefined)(
    "trains and uploads in Python by the same blocks, with the same parameters",
    patient,
    async () => {
      await run(prefect ?? "", "insurance_fraud.py", "upload", source("claims.ts"), "sent/by-python.ts");
      const { stdout } = await run(prefect ?? "", "insurance_fraud.py", "train");
      expect(Number(stdout.trim().split("\n").at(-1))).toBeGreaterThan(0.5);
      expect((await newest("fraud-training-python")).artifacts).toMatchObject([{ key: "mlflow-insurance-fraud" }]);
    },
  );
});
