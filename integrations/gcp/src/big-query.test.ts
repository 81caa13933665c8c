import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type BigQueryServer, startBigQueryServer } from "../test/big-query-server.ts";
import { bigQuery } from "./big-query.ts";

let server: BigQueryServer;
beforeAll(async () => {
  server = await startBigQueryServer();
  server.tables.set("trips", {
    columns: [
      { name: "id", type: "INTEGER" },
      { name: "count", type: "INTEGER" },
      { name: "fare", type: "FLOAT" },
      { name: "tip", type: "NUMERIC" },
      { name: "day", type: "DATE" },
      { name: "at", type: "TIMESTAMP" },
      { name: "raw", type: "BYTES" },
      { name: "zones", type: "STRING", mode: "REPEATED" },
    ],
    rows: [1, 2, 3].map((id) => [
      String(id),
      "9007199254740993",
      "7.5",
      "1.10",
      "2024-01-31",
      "1704067200000000",
      "aGk=",
      [{ v: "a" }, { v: "b" }],
    ]),
  });
});
afterAll(() => server.stop());
beforeEach(() => void vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.url));
afterEach(() => void vi.unstubAllEnvs());

const row = {
  id: 1,
  count: 9007199254740993n,
  fare: 7.5,
  tip: "1.1",
  day: "2024-01-31",
  at: new Date("2024-01-01T00:00:00Z"),
  raw: Buffer.from("hi"),
  zones: ["a", "b"],
};

describe("a query", () => {
  test("gives all rows of all pages in plain JavaScript, with its parameters", async () => {
    const warehouse = await bigQuery();
    const rows = await warehouse.query("trips", {
      params: { least: 5, zone: null },
      types: { zone: "STRING" },
      maxBytesBilled: 1e9,
    });
    expect(rows).toEqual([1, 2, 3].map((id) => ({ ...row, id })));
    expect(server.queries.at(-1)).toMatchObject({
      parameterMode: "named",
      queryParameters: [
        { name: "least", parameterType: { type: "INT64" }, parameterValue: { value: 5 } },
        { name: "zone", parameterType: { type: "STRING" } },
      ],
      maximumBytesBilled: "1000000000",
    });
  });

  test("gives rows as they arrive", async () => {
    const ids: unknown[] = [];
    for await (const { id } of (await bigQuery()).stream<{ readonly id: number }>("trips")) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
  });

  test.each([
    [
      "none",
      "BigQuery could not run none: Not found: Table none; check the names of the project, the dataset and the table",
    ],
    [
      "forbidden",
      "BigQuery could not run forbidden: Access Denied: Table lab:trips.green; the service account needs the roles",
    ],
  ])("that fails says what and why: %s", async (sql, message) => {
    const warehouse = await bigQuery();
    await expect(warehouse.query(sql)).rejects.toThrow(message);
    await expect(Array.fromAsync(warehouse.stream(sql))).rejects.toMatchObject({ code: "BIGQUERY_FAILED" });
  });

  test("says where nothing answers", async () => {
    const away = await startBigQueryServer();
    await away.stop();
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", away.url);
    const warehouse = await bigQuery({ autoRetry: false });
    await expect(warehouse.query("trips")).rejects.toThrow(
      /BigQuery could not run trips: it did not answer \(ECONNREFUSED/,
    );
  });
});

describe("a load", () => {
  test("sends rows in one job, with the types that JSON lacks", async () => {
    const warehouse = await bigQuery();
    const loaded = await warehouse.load("trips.green", [row, { ...row, id: 2, zones: [] }], {
      schema: "id:INTEGER, day: DATE",
      mode: "replace",
    });
    expect(loaded).toEqual({ rows: 2 });
    expect(server.loads.at(-1)).toMatchObject({
      configuration: {
        destinationTable: { projectId: "emulator", datasetId: "trips", tableId: "green" },
        sourceFormat: "NEWLINE_DELIMITED_JSON",
        writeDisposition: "WRITE_TRUNCATE",
        schema: {
          fields: [
            { name: "id", type: "INTEGER" },
            { name: "day", type: "DATE" },
          ],
        },
      },
      lines: [
        { id: 1, count: "9007199254740993", at: "2024-01-01T00:00:00.000Z", raw: "aGk=", zones: ["a", "b"] },
        { id: 2, zones: [] },
      ],
    });
  });

  test("reads files of a bucket", async () => {
    await (await bigQuery()).load("other-lab.trips.green", { files: "gs://lake/2024/*.parquet", format: "PARQUET" });
    expect(server.loads.at(-1)?.configuration).toMatchObject({
      sourceUris: ["gs://lake/2024/*.parquet"],
      sourceFormat: "PARQUET",
      writeDisposition: "WRITE_APPEND",
      destinationTable: { projectId: "other-lab", datasetId: "trips", tableId: "green" },
    });
  });

  test("that fails says where and why, also where its rows or its job fail", async () => {
    const warehouse = await bigQuery();
    await expect(warehouse.load("green", [])).rejects.toThrow(
      'BigQuery could not load into green: the table is "green"; give "dataset.table", or "project.dataset.table"',
    );
    await expect(warehouse.load("trips.other", [{ fare: 1 }])).rejects.toThrow("No such field: fare");
    await expect(warehouse.load("trips.other", { files: "gs://lake/a.csv", format: "CSV" })).rejects.toThrow(
      "No such field: fare",
    );
    const broken = (async function* () {
      yield { fare: 1 };
      throw new Error("the source broke");
    })();
    await expect(warehouse.load("trips.green", broken)).rejects.toThrow("the source broke");
  });
});
