import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal, openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fetchTrips, prepareTrips } from "./trips.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trips-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The records as two different years have them: other types, other columns. */
const years = {
  2014: `
    SELECT 2::int AS "VendorID", ts::timestamp AS lpep_pickup_datetime, (ts + to_seconds(s))::timestamp AS lpep_dropoff_datetime,
      pu::bigint AS "PULocationID", dz::bigint AS "DOLocationID", miles::double AS trip_distance`,
  2024: `
    SELECT (ts + to_seconds(s))::timestamp_ns AS lpep_dropoff_datetime, ts::timestamp_ns AS lpep_pickup_datetime, 'N' AS store_and_fwd_flag,
      pu::double AS "PULocationID", dz::float AS "DOLocationID", miles::float AS trip_distance, 2.75 AS cbd_congestion_fee`,
};

const records = `
  FROM (VALUES
    (600, 41, 42, 2.5), (59, 41, 42, 0.1), (60, 41, 42, 0.2), (3600, 75, 74, 9.5), (3601, 75, 74, 9.5),
    (900, 75, NULL, 3.0), (900, 75, 74, 244152.0), (NULL, 75, 74, 3.0)
  ) AS t(s, pu, dz, miles), (SELECT TIMESTAMP '2021-01-05 08:00:00' AS ts)`;

async function writeMonth(year: keyof typeof years): Promise<string> {
  using database = await openDatabase();
  const path = join(folder, `green_tripdata_${year}-01.parquet`);
  await database.run(`COPY (${years[year]} ${records}) TO ${literal(path)} (FORMAT parquet)`);
  return path;
}

it.each([2014, 2024] as const)("keeps the trips of 1 to 60 minutes of %i", async (year) => {
  const trips = await prepareTrips(await fetchTrips(await writeMonth(year), folder), folder);
  expect(trips).toMatchObject({ recorded: 8, rows: 4, dropped: 4, unknownDistances: 1, pairs: 2 });
  using database = await openDatabase();
  expect(
    await database.rows(`SELECT pair, distance, duration FROM ${parquet([trips.path])} ORDER BY duration`),
  ).toEqual([
    { pair: "41_42", distance: expect.closeTo(0.2), duration: 1 },
    { pair: "41_42", distance: 2.5, duration: 10 },
    { pair: "75_74", distance: null, duration: 15 },
    { pair: "75_74", distance: 9.5, duration: 60 },
  ]);
});

it("names the file that is not there, is no Parquet, or is of another kind", async () => {
  await expect(fetchTrips(join(folder, "nowhere.parquet"), folder)).rejects.toThrow(join(folder, "nowhere.parquet"));
  const text = await fetchTrips(import.meta.filename, folder);
  await expect(prepareTrips(text, folder)).rejects.toThrow(`${import.meta.filename} is not a readable Parquet file`);
  using database = await openDatabase();
  const yellow = join(folder, "yellow.parquet");
  await database.run(
    `COPY (SELECT now() AS tpep_pickup_datetime, 1 AS "PULocationID") TO ${literal(yellow)} (FORMAT parquet)`,
  );
  await expect(prepareTrips(await fetchTrips(yellow, folder), folder)).rejects.toThrow(
    /yellow.parquet has no column lpep_/,
  );
  const empty = join(folder, "empty.parquet");
  await database.run(`COPY (${years[2014]} ${records} WHERE s IS NULL) TO ${literal(empty)} (FORMAT parquet)`);
  await expect(prepareTrips(await fetchTrips(empty, folder), folder)).rejects.toThrow("empty.parquet has no trip");
});

it("fetches a URL once, and names the one that cannot be fetched", async () => {
  const month = readFileSync(await writeMonth(2014));
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    if (request.url === "/green.parquet") response.end(month);
    else response.writeHead(404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const first = await fetchTrips(`${address}/green.parquet`, folder);
    expect(await fetchTrips(`${address}/green.parquet`, folder)).toEqual(first);
    expect(requests).toBe(1);
    expect((await prepareTrips(first, folder)).rows).toBe(4);
    await expect(fetchTrips(`${address}/gone.parquet`, folder)).rejects.toThrow(/\/gone.parquet could not .* 404/);
  } finally {
    server.close();
  }
  await expect(fetchTrips(`${address}/late.parquet`, folder)).rejects.toThrow(
    `${address}/late.parquet could not be fetched`,
  );
});
