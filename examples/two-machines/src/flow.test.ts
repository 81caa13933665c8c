import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import { afterAll, beforeAll, expect, it } from "vitest";

let server: RecordingServer;
let s3: S3Server;
beforeAll(async () => {
  server = await startRecordingServer();
  s3 = await startS3Server("models");
});
afterAll(async () => {
  await s3.stop();
  await server[Symbol.asyncDispose]();
});

const program = fileURLToPath(new URL("main.ts", import.meta.url));

/** Runs the program in a home folder of its own: the machines share the server and the bucket, and nothing else. */
async function runOn(machine: "small" | "large", ...args: readonly string[]) {
  const env = {
    ...process.env,
    ...s3.environment,
    OSTINATO_HOME: join(server.home, machine),
    OSTINATO_RESULT_STORAGE: "s3://models/houses",
    MACHINE_SIZE: machine,
  };
  const ended = await promisify(execFile)(process.execPath, [program, ...args], { env }).catch((error) => error);
  return { stdout: String(ended.stdout), id: /^run (\S+)$/m.exec(ended.stdout)?.[1] ?? "" };
}

it("prepares on one machine and trains on another with what the first has left in the bucket", async () => {
  const prepared = await runOn("small", "--count", "500");
  expect(prepared.stdout).toContain("This machine is too small to train on");
  expect(await s3.keys("models")).toEqual([expect.stringMatching(/^houses\//)]);

  const trained = await runOn("large", "--resume", prepared.id);
  expect(trained.stdout).toMatch(/perSquareMetre: 2[45]\d\d\./);
  const { flowRun, taskRuns, logs, artifacts } = await server.recorded(prepared.id);
  expect(flowRun).toMatchObject({ state_name: "Completed", run_count: 2 });
  expect(taskRuns.map(({ name, state_name }) => [name, state_name])).toEqual(
    expect.arrayContaining([
      ["prepare houses-0", "Completed"],
      ["train model-0", "Failed"],
      ["prepare houses-0", "Cached"],
      ["train model-0", "Completed"],
    ]),
  );
  expect(logs.filter((message) => message === "preparing 500 houses")).toHaveLength(1);
  expect(artifacts).toMatchObject([{ key: "house-prices", data: expect.stringContaining("for each square metre") }]);
  expect(await readdir(server.home)).not.toContain("results");
});
