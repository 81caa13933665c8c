import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { s3Bucket } from "@ostinato/aws";
import { gcsBucket } from "@ostinato/gcp";
import { type StorageEmulator, startStorageEmulator } from "@ostinato/testing/python-servers";
import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import type { Bucket } from "ostinato/bucket";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpoint, openTables, ParquetError, type TableContent, writeTable } from "./index.ts";

/** A Python with the packages of `integrations/requirements.txt`, which `.ci/run` makes. Without it the tests with Cloud Storage skip. */
const python = process.env.INTEGRATIONS_PYTHON;

let folder: string;
let server: S3Server;
let emulator: StorageEmulator | undefined;
let bucket: Bucket;
const buckets = new Map<string, Bucket>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-parquet-"));
  server = await startS3Server("lake");
  const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
  const client = { endpoint: server.endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  bucket = await s3Bucket("lake", { folder: "data", client });
  buckets.set("a bucket of S3", bucket);
  if (python === undefined) return;
  emulator = await startStorageEmulator(python, "lake");
  process.env.STORAGE_EMULATOR_HOST = emulator.url;
  buckets.set("a bucket of Cloud Storage", await gcsBucket("lake", { folder: "data" }));
});
afterAll(async () => {
  delete process.env.STORAGE_EMULATOR_HOST;
  await Promise.all([server?.stop(), emulator?.stop()]);
  await rm(folder, { recursive: true, maxRetries: 5 });
});

async function errorOf(act: Promise<unknown>): Promise<ParquetError> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ParquetError);
  return error as ParquetError;
}

const odd = [
  {
    id: 9007199254740993n,
    name: "ü\n'\"",
    happened: new Date("2026-01-31T12:00:00.125Z"),
    share: Number.NaN,
    bytes: new Uint8Array([0, 65, 255]),
    tags: ["a", null],
    stops: [{ area: 4, legs: [{ area: 5 }] }],
    notes: null,
    weights: new Map([["a", 0.5]]),
  },
  { id: 2, name: null, share: 1, tags: [], stops: null, later: true },
];

const places = ["a folder", "a bucket of S3", ...(python === undefined ? [] : ["a bucket of Cloud Storage"])];
describe.each(places)("in %s", (kind) => {
  const own = () => buckets.get(kind);
  const place = () => own() ?? join(folder, "kept");

  test("keeps values of all kinds, under a key with spaces and other scripts", async () => {
    const table = await writeTable(
      "2026 год/trips ü.parquet",
      { rows: odd, types: { fare: "DECIMAL(10,2)" } },
      { in: place() },
    );
    expect(table).toMatchObject({
      rows: 2,
      bytes: expect.any(Number),
      tableUrl: expect.stringMatching(/2026 год\/trips ü\.parquet$/),
    });
    expect(Object.fromEntries(table.columns.map(({ name, type }) => [name, type]))).toEqual({
      fare: "DECIMAL(10,2)",
      id: "BIGINT",
      name: "VARCHAR",
      happened: "TIMESTAMP WITH TIME ZONE",
      share: "DOUBLE",
      bytes: "BLOB",
      tags: "VARCHAR[]",
      stops: "STRUCT(area BIGINT, legs STRUCT(area BIGINT)[])[]",
      notes: "INTEGER",
      weights: "MAP(VARCHAR, DOUBLE)",
      later: "BOOLEAN",
    });
    await using db = await openTables({ trips: table }, { in: place() });
    expect(await db.query("SELECT * FROM trips ORDER BY id DESC")).toEqual([
      { ...odd[0], fare: null, happened: "2026-01-31T12:00:00.125Z", later: null },
      { ...odd[1], fare: null, happened: null, bytes: null, notes: null, weights: null },
    ]);
  });

  test("makes a checkpoint once, until its file, its query or what it depends on is another", async () => {
    const trips = await writeTable(
      "trips.parquet",
      {
        rows: [
          { id: 1, fare: 7.5 },
          { id: 2, fare: -1 },
        ],
      },
      { in: place() },
    );
    const sql = "SELECT * FROM trips WHERE fare > 0";
    const clean = () => checkpoint("clean trips", { in: place(), tables: { trips }, sql });
    const first = await clean();
    expect([first.rows, first.head]).toEqual([1, [[1, 7.5]]]);
    expect(await clean()).toEqual(first);
    const all = await checkpoint("clean trips", { in: place(), tables: { trips }, sql: "SELECT * FROM trips" });
    expect([all.rows, all.tableUrl]).not.toEqual([1, first.tableUrl]);

    const byContent = async (content: string, file: string) =>
      await checkpoint("clean trips", { in: place(), tables: { trips: file }, sql, by: content });
    const copy = join(folder, `copied ${kind}.parquet`);
    await writeTable(copy, { rows: [{ id: 3, fare: 3 }] }, { in: folder });
    const original = join(folder, `original ${kind}.parquet`);
    await writeTable(original, { rows: [{ id: 3, fare: 3 }] }, { in: folder });
    const same = await byContent("3f0c", original);
    expect(await byContent("3f0c", copy)).toEqual(same);
    expect((await byContent("9d1e", original)).key).not.toBe(same.key);

    let made = 0;
    const days = (by: string) => checkpoint("days", { in: place(), by, rows: () => [{ day: by, made: ++made }] });
    expect([await days("sunday"), await days("sunday"), await days("monday")].map(({ head }) => head)).toEqual([
      [["sunday", 1]],
      [["sunday", 1]],
      [["monday", 2]],
    ]);
    const [sunday] = [await days("sunday")];
    await (own()?.delete(sunday.key) ?? rm(sunday.key));
    expect((await days("sunday")).head).toEqual([["sunday", 3]]);
  });

  test("leaves nothing behind where a table cannot be kept", async () => {
    const rows = (async function* () {
      yield { id: 1 };
      throw new RangeError("the source ends here");
    })();
    await expect(writeTable("broken.parquet", { rows }, { in: place() })).rejects.toThrow(
      new RangeError("the source ends here"),
    );
    const bucket = own();
    const key = "broken.parquet";
    const broken = bucket === undefined ? join(folder, "kept", key) : { bucket, key };
    await expect(openTables({ broken })).rejects.toThrow("is not there");
  });
});

test("reads several files by the names of their columns, and parts of folders as text", async () => {
  const write = (key: string, rows: readonly Readonly<Record<string, unknown>>[]) =>
    writeTable(key, { rows }, { in: folder });
  await write("months/month=01/a.parquet", [{ fare: 2, fee: null }]);
  await write("months/month=10/a.parquet", [{ fare: 2.75, fee: 1.5, later: "new" }]);
  await using db = await openTables({
    months: join(folder, "months/*/*.parquet"),
    october: join(folder, "months/month=10/a.parquet"),
  });
  expect(await db.query("SELECT * FROM months ORDER BY month")).toEqual([
    { fare: 2, fee: null, month: "01", later: null },
    { fare: 2.75, fee: 1.5, month: "10", later: "new" },
  ]);
  expect(await db.query("SELECT '2026-' || month AS month FROM october")).toEqual([{ month: "2026-10" }]);

  await bucket.uploadFolder(join(folder, "months"), "all months");
  await using remote = await openTables({ months: { bucket, prefix: "all months/" } });
  expect(await remote.query("SELECT sum(fare) AS fare, min(month) AS month FROM months")).toEqual([
    { fare: 4.75, month: "01" },
  ]);
});

describe("says what cannot be kept or read", () => {
  const write = (content: TableContent) => errorOf(writeTable("refused.parquet", content, { in: folder }));

  test.each([
    [
      "SELECT sum(x) AS total FROM (VALUES (1)) v(x)",
      "PARQUET_TYPE_MISSING",
      "total",
      /"total" is HUGEINT, which Parquet lacks.*sum\(x\)::BIGINT/,
    ],
    ["SELECT [interval 1 day] AS spans", "PARQUET_TYPE_MISSING", "spans", /"spans" is INTERVAL\[\]/],
    ["SELECT {'a': union_value(b := 1)} AS either", "PARQUET_TYPE_MISSING", "either", /UNION/],
    ["SELECT '101'::BIT AS flags", "PARQUET_TYPE_MISSING", "flags", /"flags" is BIT/],
    [
      "SELECT 'infinity'::TIMESTAMP AS happened",
      "PARQUET_VALUE_REFUSED",
      "happened",
      /"happened" has an infinite date/,
    ],
    [
      "SELECT unnest(['-infinity'::DATE, '2026-01-31'::DATE]) AS day",
      "PARQUET_VALUE_REFUSED",
      "day",
      /"day" has an infinite date/,
    ],
    [
      "SELECT [{'at': 'infinity'::TIMESTAMPTZ}] AS legs",
      "PARQUET_VALUE_REFUSED",
      "legs",
      /"legs" has an infinite date/,
    ],
    ["SELECT 1 AS id, 2 AS id", "PARQUET_VALUE_REFUSED", "id", /two columns are named "id"/],
    ["SELECT fare FROM (VALUES (1)) v(x)", "PARQUET_FAILED", undefined, /"fare" not found/],
  ] as const)("%s", async (sql, code, column, message) => {
    const error = await write({ sql });
    expect([error.code, error.column, error.message]).toEqual([code, column, expect.stringMatching(message)]);
    expect(error.message).toContain(join(folder, "refused.parquet"));
    await expect(stat(join(folder, "refused.parquet"))).rejects.toThrow("ENOENT");
  });

  test.each([
    [
      "two types",
      [{ fare: 1 }, { fare: "x" }],
      "fare",
      /whole numbers and texts in the column "fare", the latter first in row 2/,
    ],
    ["a function", [{ fare: () => 1 }], "fare", /a function, which Parquet lacks, in row 1 of the column "fare"/],
    ["more than 64 bits", [{ id: 1 }, { id: 2n ** 64n }], "id", /more than 64 bits, which Parquet lacks, in row 2/],
    ["an instance of a class", [{ page: new URL("http://localhost") }], "page", /a URL, which Parquet lacks/],
    ["no rows", [], undefined, /there are no rows.*Give types/],
  ])("rows with %s", async (_, rows, column, message) => {
    const error = await write({ rows });
    expect([error.column, error.message]).toEqual([column, expect.stringMatching(message)]);
  });

  test("a name of a type in the name of a field does not count, and no rows are fine with types", async () => {
    expect(
      (
        await writeTable(
          "named.parquet",
          { sql: "SELECT {'HUGEINT': 1, 'BIT': 2} AS fields, 'infinity' AS word, 'inf'::DOUBLE AS far" },
          { in: folder },
        )
      ).rows,
    ).toBe(1);
    expect((await writeTable("empty.parquet", { rows: [], types: { id: "BIGINT" } }, { in: folder })).columns).toEqual([
      { name: "id", type: "BIGINT" },
    ]);
  });

  test("files that are missing or of another kind", async () => {
    const missing = await errorOf(openTables({ trips: join(folder, "none.parquet") }));
    expect([missing.code, missing.message]).toEqual([
      "PARQUET_NOT_FOUND",
      expect.stringContaining("none.parquet is not there"),
    ]);
    const file = join(folder, "notes.parquet");
    await writeFile(file, "These are notes. ".repeat(10));
    const wrong = await errorOf(openTables({ trips: file }));
    expect([wrong.code, wrong.message]).toEqual(["PARQUET_FAILED", expect.stringContaining("notes.parquet")]);
    const gone = await errorOf(openTables({ trips: { bucket, prefix: "none/" } }));
    expect([gone.code, gone.message]).toEqual([
      "PARQUET_NOT_FOUND",
      expect.stringContaining("s3://lake/data/none/ has no file that ends in .parquet"),
    ]);
    const kept = await writeTable("kept.parquet", { rows: [{ id: 1 }] }, { in: bucket });
    await expect(openTables({ kept })).rejects.toThrow(
      "s3://lake/data/kept.parquet is in a bucket: say which by openTables({ … }, { in: bucket }).",
    );
  });
});
