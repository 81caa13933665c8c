import type { PythonServer } from "@ostinato/testing/python-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startBigQueryEmulator } from "../test/big-query-emulator.ts";
import { bigQuery } from "./big-query.ts";
import type { BigQueryClient } from "./big-query-calls.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A Python with the packages of `requirements-bigquery.txt`, which `.ci/run` makes. Without it the tests skip. */
const python = process.env.BIGQUERY_PYTHON;

describe.skipIf(python === undefined)("BigQuery, by an emulator that executes SQL", () => {
  let emulator: PythonServer;
  let warehouse: BigQueryClient;
  beforeAll(async () => {
    emulator = await startBigQueryEmulator(python ?? "");
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", emulator.url);
    await (await bigQuery({ projectId: "lab" })).query("CREATE SCHEMA trips");
  });
  afterAll(() => emulator?.stop());
  beforeEach(async () => {
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", emulator.url);
    warehouse = await bigQuery({ projectId: "lab" });
  });
  afterEach(() => void vi.unstubAllEnvs());

  test("gives values of all kinds, and takes parameters", async () => {
    const [row] = await warehouse.query(
      `SELECT 1 AS id, CAST('9007199254740993' AS INT64) AS count, NUMERIC '1.10' AS tip, DATE '2024-01-31' AS day,
        TIMESTAMP '2024-01-01 00:00:00+00' AS at, b'hi' AS raw, ['a', 'b'] AS zones, STRUCT(7 AS stop) AS leg, @fare AS fare, @note AS note`,
      { params: { fare: 7.5, note: null }, types: { note: "STRING" } },
    );
    expect(row).toEqual({
      id: 1,
      count: 9007199254740993n,
      tip: "1.1",
      day: "2024-01-31",
      at: new Date("2024-01-01T00:00:00Z"),
      raw: Buffer.from("hi"),
      zones: ["a", "b"],
      leg: { stop: 7 },
      fare: 7.5,
      note: null,
    });
  });

  test("loads rows that come back as they were, adds to them, replaces them, and refuses to where it is told to", async () => {
    const rows = [1, 2].map((id) => ({
      id,
      count: 9007199254740993n,
      day: `2024-01-0${id}`,
      at: new Date("2024-01-01T00:00:00.250Z"),
    }));
    const schema = "id:INTEGER, count:INTEGER, day:DATE, at:TIMESTAMP";
    const read = () => warehouse.query("SELECT * FROM trips.green ORDER BY id");
    expect(await warehouse.load("trips.green", rows, { schema })).toEqual({ rows: 2 });
    expect(await read()).toEqual(rows);
    const third = rows.slice(0, 1).map((row) => ({ ...row, id: 3 }));
    await warehouse.load("trips.green", third, { schema });
    expect(await read()).toEqual([...rows, ...third]);
    await expect(warehouse.load("trips.green", rows, { schema, mode: "fail" })).rejects.toThrow(
      /^BigQuery could not load into trips\.green: .*not empty/,
    );
    await warehouse.load("trips.green", third, { schema, mode: "replace" });
    expect(await read()).toEqual(third);
  });

  test("streams the rows of many pages", async () => {
    await warehouse.query("CREATE TABLE trips.many AS SELECT x FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS x");
    let [count, sum] = [0, 0];
    for await (const { x } of warehouse.stream<{ readonly x: number }>("SELECT x FROM trips.many")) {
      count += 1;
      sum += x;
    }
    expect([count, sum]).toEqual([25_000, 312_512_500]);
  });
});
