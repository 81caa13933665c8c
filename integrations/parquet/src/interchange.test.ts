import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  Duration,
  Field,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimeUnit,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
} from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTables, readArrow, writeTable } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-parquet-"));
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 5 }));

const query = `SELECT i AS id, i::DECIMAL(20, 4) * -1 AS amount, TIMESTAMP '2026-01-31 12:00:00.123456' AS local,
  TIMESTAMPTZ '1899-12-31 23:59:59.999999Z' AS happened, '2026-01-31 12:00:00.123456789'::TIMESTAMP_NS AS exact, DATE '1969-12-31' AS day,
  TIME '12:00:00.000001' AS clock, CASE WHEN i % 2 = 0 THEN [i, NULL] END AS ids, {'area': i, 'legs': [{'name': 'é' || i}]} AS stop,
  '\\x00\\xff'::BLOB AS raw, i % 2 = 0 AS even, i / 8 AS share FROM range(3000) r(i)`;

test("Arrow comes back from Parquet as it was, through its own bytes", async () => {
  const table = await readArrow({}, query);
  expect(table.numRows).toBe(3000);
  const bytes = tableFromIPC(tableToIPC(table));
  const kept = await writeTable("arrow.parquet", { arrow: bytes }, { in: folder });
  await using db = await openTables({ kept });
  expect(await db.query("SELECT * FROM kept WHERE id = 2500")).toEqual([
    {
      id: 2500,
      amount: "-2500.0000",
      local: "2026-01-31T12:00:00.123456",
      happened: "1899-12-31T23:59:59.999999Z",
      exact: "2026-01-31T12:00:00.123456789",
      day: "1969-12-31",
      clock: "12:00:00.000001",
      ids: [2500, null],
      stop: { area: 2500, legs: [{ name: "é2500" }] },
      raw: new Uint8Array([0, 0xff]),
      even: true,
      share: 312.5,
    },
  ]);
  expect(await db.query("SELECT count(*) AS n, count(ids) AS ids FROM kept")).toEqual([{ n: 3000, ids: 1500 }]);
});

test("Arrow that another library made is kept, and a column that Parquet lacks is named", async () => {
  const made = tableFromArrays({ id: Int32Array.of(1, 2), zone: ["a", "b"], fare: Float64Array.of(7.5, -1) });
  expect((await writeTable("made.parquet", { arrow: made }, { in: folder })).head).toEqual([
    [1, "a", 7.5],
    [2, "b", -1],
  ]);
  const field = Field.new({ name: "took", type: new Duration(TimeUnit.SECOND), nullable: true });
  const data = makeData({ type: field.type, length: 1, nullCount: 0, data: BigInt64Array.of(5n) } as never);
  const struct = makeData({ type: new Struct([field]), length: 1, nullCount: 0, children: [data] } as never);
  const spans = new Table([new RecordBatch(new Schema([field]), struct as never)]);
  await expect(writeTable("spans.parquet", { arrow: spans }, { in: folder })).rejects.toMatchObject({
    code: "PARQUET_TYPE_MISSING",
    column: "took",
    message: expect.stringContaining('the column "took" is Duration<SECOND>, which Parquet lacks'),
  });
});

test("a query that is wrong is told in the words of DuckDB", async () => {
  await expect(readArrow({}, "SELECT fare FROM journeys")).rejects.toThrow(/The query could not be read: .*journeys/);
});

/** A Python with the packages of `integrations/parquet/requirements.txt`, which `.ci/run` makes. Without it the tests skip. */
const python = process.env.PARQUET_PYTHON;
const programSeconds = 120;

describe.skipIf(python === undefined)("beside pyarrow and pandas", () => {
  let facts: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    await writeTable(
      "from typescript.parquet",
      {
        rows: [
          {
            id: 9007199254740993n,
            share: 0.5,
            happened: new Date("2026-01-31T12:00:00.125Z"),
            tags: ["ü", null],
            stop: { area: 4 },
            raw: new Uint8Array([0, 255]),
            none: null,
          },
          { id: 2, share: 1, amount: "1.10", none: null },
        ],
        types: { amount: "DECIMAL(10,2)" },
      },
      { in: folder },
    );
    await writeFile(join(folder, "from-typescript.arrow"), tableToIPC(await readArrow({}, `${query} LIMIT 1`), "file"));
    const program = fileURLToPath(new URL("../test/interchange.py", import.meta.url));
    const { stdout } = await promisify(execFile)(python ?? "", [program, folder]);
    facts = JSON.parse(stdout);
  }, programSeconds * 1000);

  test("they read what TypeScript wrote", () => {
    expect(facts).toEqual({
      types: {
        amount: "decimal128(10, 2)",
        id: "int64",
        share: "double",
        happened: "timestamp[us, tz=UTC]",
        tags: "list<element: string>",
        stop: "struct<area: int64>",
        raw: "binary",
        none: "int32",
      },
      rows: [
        {
          amount: null,
          id: expect.any(Number),
          share: 0.5,
          happened: "2026-01-31 12:00:00.125000+00:00",
          tags: ["ü", null],
          stop: { area: 4 },
          raw: "b'\\x00\\xff'",
          none: null,
        },
        { amount: "1.10", id: 2, share: 1, happened: null, tags: null, stop: null, raw: null, none: null },
      ],
      frame: [2, 1.5],
      arrow: {
        types: expect.objectContaining({
          amount: "decimal128(30, 4)",
          local: "timestamp[us]",
          exact: "timestamp[ns]",
          ids: "list<item: int64>",
          clock: "time64[us]",
        }),
        rows: [
          expect.objectContaining({
            id: 0,
            happened: "1899-12-31 23:59:59.999999+00:00",
            clock: "12:00:00.000001",
            ids: [0, null],
            stop: { area: 0, legs: [{ name: "é0" }] },
          }),
        ],
      },
    });
  });

  const fromPython = {
    id: 9007199254740993n,
    share: 0.5,
    amount: "-312.5000",
    happened: "2026-01-31T12:00:00.123456Z",
    exact: "2026-01-31T12:00:00.123456789",
    day: "1899-12-31",
    kind: "a",
    tags: ["x", null],
    stop: { area: 4, legs: [{ area: 5 }] },
    raw: new Uint8Array([0, 0xff]),
    none: null,
  };

  test("TypeScript reads what they wrote, as Parquet and as Arrow", async () => {
    const arrow = tableFromIPC(await readFile(join(folder, "from-python.arrow")));
    const kept = await writeTable("again.parquet", { arrow }, { in: folder });
    await using db = await openTables({
      parquet: join(folder, "from python.parquet"),
      kept,
      frame: join(folder, "from pandas.parquet"),
    });
    for (const table of ["parquet", "kept"]) {
      const rows = await db.query(`SELECT * FROM ${table} ORDER BY kind`);
      expect(rows).toEqual([
        fromPython,
        { ...Object.fromEntries(Object.keys(fromPython).map((name) => [name, null])), kind: "b", share: Number.NaN },
      ]);
    }
    expect(await db.query("SELECT fare, zone, pickup FROM frame")).toEqual([
      { fare: 7.5, zone: "Ü", pickup: "2026-01-31T12:00:00.000001" },
      { fare: null, zone: null, pickup: null },
    ]);
  });
});
