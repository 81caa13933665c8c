import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// Each test starts programs, and a machine that is busy with other things takes its time.
vi.setConfig({ testTimeout: 120_000 });

let server: S3Server;
let folder: string;
beforeAll(async () => {
  server = await startS3Server("models");
  folder = await mkdtemp(join(tmpdir(), "ostinato-aws-"));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

const program = fileURLToPath(new URL("../test/fixtures/training.ts", import.meta.url));

const encryptionKey = randomBytes(32).toString("base64url");

/** Runs the program on a machine of its own: with a home folder that no other has, and the database that all share. */
async function runOn(machine: string, args: readonly string[], changed: Readonly<Record<string, string>> = {}) {
  const { OSTINATO_API_URL: _, PREFECT_API_URL: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  const env = {
    ...inherited,
    ...server.environment,
    OSTINATO_HOME: join(folder, machine),
    OSTINATO_DATABASE_URL: `sqlite://${join(folder, "shared.db")}`,
    OSTINATO_SERVER_PORT: "9",
    OSTINATO_LOG_LEVEL: "off",
    // Machines that share a database share the key of its secrets.
    OSTINATO_ENCRYPTION_KEY: encryptionKey,
    OSTINATO_RESULT_STORAGE: "s3://models/training",
    ...changed,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { env, timeout: 60_000 });
  const lines = stdout.trimEnd().split("\n");
  return { lines, id: lines.at(-1)?.replace("run ", "") ?? "" };
}

test.each(["s3://models/training", "s3-bucket/lake"])(
  "a run goes on on another machine with results at %s; the client is loaded with the first result",
  async (storage) => {
    const settings = {
      OSTINATO_RESULT_STORAGE: storage,
      SAVE_BUCKET: storage === "s3-bucket/lake" ? server.endpoint : "",
    };
    const first = await runOn("one", [], { ...settings, BROKEN: "yes" });
    expect(first.lines).toEqual([
      "client loaded at the start: false",
      "loading",
      "failed: the machine broke",
      "client loaded at the end: true",
      `run ${first.id}`,
    ]);
    const second = await runOn("another", [first.id], settings);
    expect(second.lines).toEqual([
      "client loaded at the start: false",
      "trained on 1000 rows",
      "client loaded at the end: true",
      `run ${first.id}`,
    ]);
    // No machine has kept a file of its own.
    expect(await readdir(folder)).not.toEqual(expect.arrayContaining([expect.stringMatching(/one|another/)]));
  },
);

test("a program without the import is told which package to import, before anything is computed and on reading", async () => {
  const advice = 'npm install @ostinato/aws, and import "@ostinato/aws" in the program';
  const without = await runOn("three", [], { WITHOUT_INTEGRATION: "yes" });
  expect(without.lines).not.toContain("loading");
  expect(without.lines.join("\n")).toContain(advice);
  const failed = await runOn("one", [], { BROKEN: "yes" });
  const resumed = await runOn("four", [failed.id], { WITHOUT_INTEGRATION: "yes", OSTINATO_RESULT_STORAGE: "" });
  expect(resumed.lines.join("\n")).toMatch(
    /failed: .*A result is kept at s3:\/\/models\/training\/[\w-]+, .*@ostinato\/aws/,
  );
});

test("a bucket that is not there costs the results and not the run", async () => {
  const run = await runOn("five", [], { OSTINATO_RESULT_STORAGE: "s3://none-such" });
  expect(run.lines).toContain("trained on 1000 rows");
});

test.each(["s3", "s3:", "s3:bucket/prefix", "s3://", "s3:///prefix", "s3://UPPER/prefix", "s3://ab"])(
  "%j names no bucket, which the run says before it computes anything",
  async (storage) => {
    const { lines } = await runOn("six", [], { OSTINATO_RESULT_STORAGE: storage });
    expect(lines).not.toContain("loading");
    expect(lines.join("\n")).toContain(
      `resultStorage is ${JSON.stringify(storage)}; give a bucket, and a prefix where you want one, as "s3://bucket/prefix"`,
    );
  },
);
