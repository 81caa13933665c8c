import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { installProduct, repository, runClean } from "./product.ts";

/** The integrations as a user gets them: all packed, installed beside the product in one folder, with nothing of the repository in reach. */

vi.setConfig({ testTimeout: 300_000 });

/** Node tells it each file that is loaded, by whomever. */
const program = `
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    const name = /^.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

const { aws, s3Bucket } = await import("@ostinato/aws");
const { docker } = await import("@ostinato/docker");
const { EmailServer } = await import("@ostinato/email");
const { bigQuery, gcp, gcsBucket } = await import("@ostinato/gcp");
const { mlflow } = await import("@ostinato/mlflow");
const { openTables, writeTable } = await import("@ostinato/parquet");
const { SlackWebhook } = await import("@ostinato/slack");
const { database } = await import("@ostinato/sql");
const atStart = [...loaded].toSorted();

const reason = (act: Promise<unknown>) => act.then(() => "none", (error: Error) => error.message);
const lake = await s3Bucket("installed");
const table = await writeTable("trips.parquet", { rows: [{ id: 1, fare: 7.5 }] }, { in: lake });
await using tables = await openTables({ trips: table }, { in: lake });
await using shop = database("sqlite:///shop.db");
const cloud = await gcsBucket("lake", { client: { retryOptions: { autoRetry: false } } });
const warehouse = await bigQuery({ autoRetry: false });
console.log(
  JSON.stringify({
    atStart,
    names: [aws.name, docker.type, gcp.name],
    blocks: [EmailServer, SlackWebhook].map((block) => typeof block.save),
    trips: await tables.query("SELECT * FROM trips"),
    shop: await shop.query("SELECT 1 AS one"),
    cloud: await reason(cloud.exists("a")),
    warehouse: await reason(warehouse.query("SELECT 1")),
    tracking: await reason(mlflow({ url: "http://127.0.0.1:9" }).version()),
    later: [...loaded].filter((name) => !atStart.includes(name)),
  }),
);
`;

let folder: string;
let s3: S3Server;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "ostinato-integrations-")), "project");
  [s3] = await Promise.all([startS3Server("installed"), installProduct(folder)]);
  const names = (await readdir(join(repository, "integrations"), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `@ostinato/${name}`);
  await run(process.execPath, [join(repository, "scripts/pack.ts"), folder, ...names]);
  const tarballs = (await readdir(folder)).filter((file) => /^ostinato-[a-z]+-.*\.tgz$/.test(file));
  expect(tarballs).toHaveLength(names.length);
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs.map((file) => `./${file}`)]);
  await writeFile(join(folder, "packed.ts"), program);
}, 600_000);
afterAll(async () => {
  await s3?.stop();
  await rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 });
});

test("all type-check in one program", async () => {
  const compilerOptions = { strict: true, module: "nodenext", target: "es2024", noEmit: true, skipLibCheck: true };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["packed.ts"] }));
  await run(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", folder]);
});

test("all work, and what they need is loaded when it is used", async () => {
  const { stdout } = await run(process.execPath, ["packed.ts"], {
    ...s3.environment,
    STORAGE_EMULATOR_HOST: "127.0.0.1:9",
    BIGQUERY_EMULATOR_HOST: "127.0.0.1:9",
  });
  const told = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(told.atStart.filter((name: string) => !/^(ostinato|@ostinato\/)/.test(name))).toEqual([]);
  expect(told.later).toEqual(
    expect.arrayContaining([
      "@aws-sdk/client-s3",
      "@duckdb/node-api",
      "@google-cloud/storage",
      "@google-cloud/bigquery",
    ]),
  );
  expect(told).toMatchObject({
    names: ["@ostinato/aws", "docker", "@ostinato/gcp"],
    blocks: ["function", "function"],
    trips: [{ id: 1, fare: 7.5 }],
    shop: [{ one: 1 }],
    cloud: expect.stringContaining("gs://lake/a could not be looked up: the store did not answer"),
    warehouse: expect.stringContaining("it did not answer"),
    tracking: expect.stringContaining("did not answer"),
  });
});

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return runClean(program, args, folder, { OSTINATO_HOME: join(dirname(folder), "home"), ...environment });
}
