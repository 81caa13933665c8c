import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@ostinato/client";
import { filterFlowRuns, readDeploymentByName } from "@ostinato/protocol";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, expect, it } from "vitest";

let server: RecordingServer;
let serving: ChildProcess;
/** Takes the place of the example's folder, where npm starts its scripts. */
let folder: string;
let environment: NodeJS.ProcessEnv;

/** Bounds for a machine that is busy with other things. */
const patient = { timeout: 180_000 };

const ostinato = fileURLToPath(new URL("../../../packages/ostinato/src/bin.mjs", import.meta.url));

beforeAll(async () => {
  server = await startRecordingServer();
  folder = join(server.home, "nightly");
  await mkdir(folder);
  environment = { ...process.env, OSTINATO_LOG_LEVEL: "info" };
  await promisify(execFile)(process.execPath, [program("data.ts")], { cwd: folder });
  serving = spawn(process.execPath, [program("serve.ts")], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilItSays(serving, "nyc-taxi/nightly, every day at 02:00 (America/New_York), next at ");
}, patient.timeout);

afterAll(async () => {
  const ended = once(serving, "exit");
  serving.kill("SIGTERM");
  await ended;
  await server[Symbol.asyncDispose]();
});

function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function untilItSays({ stderr }: ChildProcess, text: string): Promise<void> {
  let said = "";
  for await (const part of stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    said += String(part);
    if (said.includes(text)) break;
  }
  stderr?.resume();
  expect(said).toContain(text);
}

/** The commands of the README that run the deployment, in order. */
function commandsOfReadme(): readonly (readonly string[])[] {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  return [...readme.matchAll(/^npx --no ostinato (deployment run .*)$/gm)].map(([, args = ""]) => args.split(" "));
}

async function run(args: readonly string[]) {
  const command = promisify(execFile)(process.execPath, [ostinato, ...args], { cwd: folder, env: environment });
  const { code = 0, stderr } = await command.catch((error) => error);
  return { code: Number(code), stderr: String(stderr) };
}

it("fails on a wrong file name first, and completes with the right one", patient, async () => {
  const [wrong = [], right = [], ...others] = commandsOfReadme();
  expect(others).toEqual([]);
  const first = await run(wrong);
  expect(first.stderr).toContain("There is no file of trips at rides/green_tripdata_2021-1.parquet");
  expect(first.code).toBe(1);
  const second = await run(right);
  expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining("completed after") });

  const client = createClient({ baseUrl: environment.OSTINATO_API_URL ?? "" });
  const [completed] = await client.call(filterFlowRuns, {
    body: { flow_runs: { state: { type: { any_: ["COMPLETED"] } } } },
  });
  expect(completed?.parameters).toMatchObject({
    train: "rides/green_tripdata_2021-01.parquet",
    val: "rides/green_tripdata_2021-02.parquet",
  });
  const { artifacts } = await server.recorded(completed?.id ?? "");
  expect(artifacts).toMatchObject([{ key: "nyc-taxi-report", data: expect.stringContaining("| linear regression |") }]);
});

it("has a form with a field for each parameter, and runs for the coming nights", async () => {
  const client = createClient({ baseUrl: environment.OSTINATO_API_URL ?? "" });
  const { id, parameters, parameter_openapi_schema } = await client.call(readDeploymentByName, {
    params: { flow_name: "nyc-taxi", deployment_name: "nightly" },
  });
  expect(parameters.train).toBe("rides/green_tripdata_2021-1.parquet");
  expect(parameter_openapi_schema).toMatchObject({
    properties: { train: { description: "path or URL of the month to train on" }, models: { type: "array" } },
  });
  const nights = await client.call(filterFlowRuns, {
    body: {
      deployments: { id: { any_: [id] } },
      flow_runs: { state: { type: { any_: ["SCHEDULED"] } } },
      sort: "EXPECTED_START_TIME_ASC",
    },
  });
  expect(nights.length).toBeGreaterThanOrEqual(3);
  for (const { expected_start_time } of nights) {
    const hour = new Date(expected_start_time ?? "").toLocaleTimeString("en-GB", { timeZone: "America/New_York" });
    expect(hour).toBe("02:00:00");
  }
});
