import { stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Checkpoint, digest, writeCheckpoint, writeOnce } from "@ostinato-examples/modelling/checkpoints";
import { type Database, openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";

/** A month of the New York Taxi and Limousine Commission's records of green taxis, on this machine. */
export interface TripFile {
  /** The requested path or URL. */
  readonly source: string;
  readonly path: string;
  readonly bytes: number;
  /** Identifies the state of the file. */
  readonly version: string;
}

/** Trips with `pair`, `distance` and `duration`, in a Parquet file. */
export interface Trips extends Checkpoint {
  readonly source: string;
  readonly recorded: number;
  /** Trips shorter than a minute or longer than an hour, or without a place or a time; they are left out. */
  readonly dropped: number;
  /** Trips that are kept without their implausible distance. */
  readonly unknownDistances: number;
  readonly pairs: number;
  readonly meanDuration: number;
}

/** The server of a URL does not answer, or fails: a retry may help. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Downloads a URL into `folder`, once; a path is used as it is. */
export async function fetchTrips(source: string, folder: string, signal?: AbortSignal): Promise<TripFile> {
  const path = /^https?:/i.test(source) ? await download(source, folder, signal) : source;
  const file = await stat(path).catch((cause: unknown) => {
    throw new Error(
      `There is no file of trips at ${path}. Give the path or the URL of a month of green taxis in Parquet, such as green_tripdata_2021-01.parquet.`,
      { cause },
    );
  });
  return { source, path, bytes: file.size, version: digest(`${path} ${file.size} ${file.mtimeMs}`) };
}

export async function prepareTrips(file: TripFile, folder: string): Promise<Trips> {
  using database = await openDatabase();
  await requireColumns(database, file);
  const name = `${basename(file.path, ".parquet")}-${file.version}`;
  const sql = featuresSql(`(${cleanTripsSql(parquet([file.path]))})`);
  return await describeTrips(database, file, await writeCheckpoint(database, { folder, name, sql }));
}

/** Rejects where the file is not a month of green taxis. */
export async function checkMonth(file: TripFile): Promise<void> {
  using database = await openDatabase();
  await requireColumns(database, file);
}

/** The features of the clean trips that are in a file of their own, which {@link cleanTripsSql} has made of the month. */
export async function makeFeatures(file: TripFile, clean: string, folder: string): Promise<Trips> {
  using database = await openDatabase();
  const sql = featuresSql(parquet([clean]));
  const name = `features-${basename(clean, ".parquet")}`;
  return await describeTrips(database, file, await writeCheckpoint(database, { folder, name, sql }));
}

async function describeTrips(database: Database, file: TripFile, checkpoint: Checkpoint): Promise<Trips> {
  if (checkpoint.rows === 0) throw new Error(`${file.source} has no trip of 1 to 60 minutes.`);
  const summary = await database.row<Omit<Trips, keyof Checkpoint | "source" | "dropped">>(
    summarySql(file.path, checkpoint.path),
  );
  return { source: file.source, ...checkpoint, ...summary, dropped: summary.recorded - checkpoint.rows };
}

async function download(url: string, folder: string, signal: AbortSignal | undefined): Promise<string> {
  const path = join(folder, `${digest(url)}-${basename(new URL(url).pathname)}`);
  await writeOnce(path, async (file) => {
    const response = await fetch(url, signal === undefined ? {} : { signal }).catch((cause: unknown) => {
      throw new Unreachable(`${url} could not be fetched. Is this machine online? A path to a file does as well.`, {
        cause,
      });
    });
    const refusal = `${url} could not be fetched: the server answered ${response.status}.`;
    if (response.status >= 500) throw new Unreachable(refusal);
    if (!response.ok) throw new Error(refusal);
    await writeFile(file, new Uint8Array(await response.arrayBuffer()));
  });
  return path;
}

const columns = ["lpep_pickup_datetime", "lpep_dropoff_datetime", "PULocationID", "DOLocationID", "trip_distance"];

async function requireColumns(database: Database, { source, path }: TripFile): Promise<void> {
  const found = await database
    .rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${parquet([path])}`)
    .catch((cause: unknown) => {
      throw new Error(`${source} is not a readable Parquet file.`, { cause });
    });
  const names = found.map((column) => column.column_name);
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new Error(
      `${source} has no column ${missing.join(", ")}: is it a month of green taxis? It has ${names.join(", ")}.`,
    );
  }
}

/** Longer than any trip within an hour. Some records say 200,000 miles, which would distort a straight line. */
const maxMiles = 100;

function featuresSql(clean: string): string {
  return `SELECT *, pickup_zone || '_' || dropoff_zone AS pair FROM ${clean}`;
}

/**
 * The trips of a month that models may learn from, from a table of its records. The columns' types differ from year to year (integers, or floats where values are
 * missing): hence the casts.
 */
export function cleanTripsSql(month: string): string {
  return `
    SELECT *
    FROM (
      SELECT
        PULocationID::int::varchar AS pickup_zone,
        DOLocationID::int::varchar AS dropoff_zone,
        CASE WHEN trip_distance BETWEEN 0 AND ${maxMiles} THEN trip_distance::double END AS distance,
        (epoch_us(lpep_dropoff_datetime::timestamp) - epoch_us(lpep_pickup_datetime::timestamp)) / 60e6 AS duration
      FROM ${month}
      WHERE PULocationID IS NOT NULL AND DOLocationID IS NOT NULL
    )
    WHERE duration BETWEEN 1 AND 60`;
}

function summarySql(source: string, checkpoint: string): string {
  return `
    SELECT
      (SELECT count(*)::int FROM ${parquet([source])}) AS recorded,
      count(*) FILTER (distance IS NULL)::int AS "unknownDistances",
      count(DISTINCT pair)::int AS pairs,
      coalesce(avg(duration), 0)::double AS "meanDuration"
    FROM ${parquet([checkpoint])}`;
}
