import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal, openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addUpHistory, buildFeatures, featureNames } from "./features.ts";
import { checkpointMonth, inspectFlights, locateFlights } from "./flights.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flights-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

type Flight = readonly [date: string, delay: number | null, origin: string, destination: string];

async function writeFlights(flights: readonly Flight[], name = "flights.parquet"): Promise<string> {
  using database = await openDatabase();
  const path = join(folder, name);
  const rows = flights.map(
    ([date, delay, ...airports]) => `('${date}'::timestamp, ${delay}, '${airports.join("', '")}')`,
  );
  await database.run(`
    COPY (SELECT date, delay::bigint AS delay, 240::bigint AS distance, origin, destination
          FROM (VALUES ${rows.join(", ")}) AS flights(date, delay, origin, destination))
    TO ${literal(path)} (FORMAT parquet)`);
  return path;
}

async function readFeatures(flights: readonly Flight[], name: string): Promise<readonly Record<string, number>[]> {
  const source = await locateFlights(await writeFlights(flights, name), null);
  const january = await checkpointMonth(source, "2001-01", folder);
  const february = await checkpointMonth(source, "2001-02", folder);
  const history = [await addUpHistory(january, folder), await addUpHistory(february, folder)];
  const { path } = await buildFeatures(february, history, folder);
  using database = await openDatabase();
  return await database.rows(`SELECT * EXCLUDE departure FROM ${parquet([path])} ORDER BY departure`);
}

it("counts what is missing or cannot be true, and leaves it out", async () => {
  const path = await writeFlights([
    ["2001-01-05 08:00", 10, "SEA", "PDX"],
    ["2001-01-06 08:00", null, "SEA", "PDX"],
    ["2001-01-07 08:00", -1116, "SEA", "PDX"],
    ["2001-02-05 08:00", 20, "PDX", "SEA"],
  ]);
  const source = await locateFlights(path, null);
  const { months, ...totals } = await inspectFlights(source);
  expect(totals).toMatchObject({ rows: 4, nulls: 1, implausible: 1, airports: 2, routes: 2, skippedMonths: [] });
  expect(months.map(({ month, flights, late15 }) => [month, flights, late15])).toEqual([
    ["2001-01", 1, 0],
    ["2001-02", 1, 1],
  ]);
  expect((await checkpointMonth(source, "2001-01", folder)).rows).toBe(1);
});

it("reads about as many flights as it was asked to, spread over the file", async () => {
  const days = Array.from({ length: 28 }, (_, day) => String(day + 1).padStart(2, "0"));
  const flights = ["01", "02"].flatMap((month) =>
    days.map((day): Flight => [`2001-${month}-${day} 08:00`, 5, "SEA", "PDX"]),
  );
  const source = await locateFlights(await writeFlights(flights), 14);
  const { rows, months } = await inspectFlights(source);
  expect([rows, ...months.map((month) => month.flights)]).toEqual([14, 7, 7]);
});

it("names the file that is not there, and the column that is missing", async () => {
  await expect(locateFlights(join(folder, "nowhere.parquet"), null)).rejects.toThrow("nowhere.parquet");
  const path = join(folder, "other.parquet");
  using database = await openDatabase();
  await database.run(`COPY (SELECT 1 AS delay, 'SEA' AS origin) TO ${literal(path)} (FORMAT parquet)`);
  await expect(inspectFlights(await locateFlights(path, null))).rejects.toThrow(
    "no column date, distance, destination",
  );
});

it("knows of a flight what earlier months and earlier hours tell", async () => {
  const january: Flight[] = [1, 2, 3].map((day) => [`2001-01-0${day} 08:05`, 30, "SEA", "PDX"]);
  const february: Flight[] = [
    ["2001-02-01 06:10", 60, "SEA", "PDX"],
    ["2001-02-01 08:15", 0, "SEA", "PDX"],
  ];
  const [, flight] = await readFeatures([...january, ...february], "flights.parquet");
  // Three flights at 30 minutes, with three more supposed at the airport's mean, which is 30 as well.
  expect(flight).toMatchObject({ delay: 0, hour: 8.25, weekday: 4, distance: 240, route_usual: 30, route_flights: 3 });
  // 06:10 plus an hour in the air landed in the hour before; one flight of 60 minutes, with three supposed on time.
  expect(flight).toMatchObject({
    origin_usual: 30,
    destination_usual: 30,
    origin_recent: 15,
    origin_recent_flights: 1,
  });
  expect(Object.keys(flight ?? {}).toSorted()).toEqual([...featureNames, "delay"].toSorted());
});

it("knows nothing of what happens after a flight has left", async () => {
  const flights = (later: number): readonly Flight[] => [
    ["2001-01-01 09:00", 10, "SEA", "PDX"],
    ["2001-02-01 09:05", 20, "SEA", "PDX"],
    ["2001-02-01 09:10", later, "SEA", "PDX"],
    ["2001-02-01 13:00", later, "SEA", "PDX"],
  ];
  const [calm] = await readFeatures(flights(0), "calm.parquet");
  const [stormy] = await readFeatures(flights(500), "stormy.parquet");
  expect(stormy).toEqual(calm);
});
