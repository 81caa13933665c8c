import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Checkpoint, digest, writeCheckpoint } from "@ostinato-examples/modelling/checkpoints";
import { type Database, literal, openDatabase } from "@ostinato-examples/modelling/duckdb";

/** A file of flights, and the part of it that is read. */
export interface Source {
  readonly path: string;
  readonly bytes: number;
  /** Identifies the state of the file; checkpoints are stored by it. */
  readonly version: string;
  /** Read about this many flights, spread evenly over the file; null reads all. */
  readonly limit: number | null;
}

export interface Inspection {
  readonly rows: number;
  readonly nulls: number;
  /** Implausible delays: far too early, or later than half a day. They are left out. */
  readonly implausible: number;
  readonly airports: number;
  readonly routes: number;
  readonly from: string;
  readonly to: string;
  readonly meanDelay: number;
  readonly medianDelay: number;
  /** The months in use, without those that have under 1 % of the flights (the file ends with six flights of July). */
  readonly months: readonly MonthSummary[];
  readonly skippedMonths: readonly MonthSummary[];
}

export interface MonthSummary {
  /** `2001-03` */
  readonly month: string;
  readonly flights: number;
  readonly meanDelay: number;
  readonly late15: number;
}

/** A month of flights in its own Parquet file. */
export interface Month extends Checkpoint {
  readonly month: string;
}

/**
 * Three million US flights of January to June 2001, from the npm package vega-datasets. `date` is when the aircraft left the gate (not the
 * scheduled time), `delay` the minutes by which it arrived late.
 */
export function packagedFlights(): string {
  return fileURLToPath(new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")));
}

export async function locateFlights(path: string, limit: number | null): Promise<Source> {
  const file = await stat(path).catch((cause: unknown) => {
    throw new Error(`There is no file of flights at ${path}. Give the path of a Parquet file as "source".`, { cause });
  });
  return { path, bytes: file.size, version: digest(`${path} ${file.size} ${file.mtimeMs} ${limit}`), limit };
}

export async function inspectFlights(source: Source): Promise<Inspection> {
  using database = await openDatabase();
  await requireColumns(database, source.path);
  const totals = await database.row<Omit<Inspection, "months" | "skippedMonths">>(totalsSql(source));
  const months = await database.rows<MonthSummary>(monthsSql(source));
  const enough = (month: MonthSummary) => month.flights >= totals.rows / 100;
  return { ...totals, months: months.filter(enough), skippedMonths: months.filter((month) => !enough(month)) };
}

export async function checkpointMonth(source: Source, month: string, folder: string): Promise<Month> {
  using database = await openDatabase();
  const sql = monthSql(source, month);
  const checkpoint = await writeCheckpoint(database, { folder, name: `flights-${month}-${source.version}`, sql });
  return { month, ...checkpoint };
}

const columns = ["date", "delay", "distance", "origin", "destination"];

async function requireColumns(database: Database, path: string): Promise<void> {
  const found = await database.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${literal(path)}`);
  const names = found.map((column) => column.column_name);
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new Error(`${path} has no column ${missing.join(", ")}. It has ${names.join(", ")}.`);
  }
}

/** Every n-th row in the order of the file: a reproducible sample of all months. */
function sampleSql({ path, limit }: Source): string {
  if (limit === null) return `SELECT ${columns.join(", ")} FROM ${literal(path)}`;
  return `
    SELECT ${columns.join(", ")} FROM read_parquet(${literal(path)}, file_row_number = true)
    WHERE file_row_number % greatest(1, (SELECT count(*) FROM ${literal(path)}) // ${limit}) = 0`;
}

const plausible = "delay BETWEEN -120 AND 720";
const complete = columns.map((column) => `${column} IS NOT NULL`).join(" AND ");

function totalsSql(source: Source): string {
  return `
    SELECT
      count(*)::int AS rows,
      count(*) FILTER (NOT (${complete}))::int AS nulls,
      count(*) FILTER (${complete} AND NOT (${plausible}))::int AS implausible,
      count(DISTINCT origin)::int AS airports,
      count(DISTINCT (origin, destination))::int AS routes,
      strftime(min(date), '%Y-%m-%d %H:%M') AS from,
      strftime(max(date), '%Y-%m-%d %H:%M') AS to,
      avg(delay)::double AS "meanDelay",
      median(delay)::double AS "medianDelay"
    FROM (${sampleSql(source)})`;
}

function monthsSql(source: Source): string {
  return `
    SELECT
      strftime(date, '%Y-%m') AS month,
      count(*)::int AS flights,
      avg(delay)::double AS "meanDelay",
      avg((delay >= 15)::int)::double AS late15
    FROM (${sampleSql(source)})
    WHERE ${complete} AND ${plausible}
    GROUP BY month ORDER BY month`;
}

function monthSql(source: Source, month: string): string {
  return `
    SELECT date AS departure, delay::int AS delay, distance::int AS distance, origin, destination
    FROM (${sampleSql(source)})
    WHERE ${complete} AND ${plausible} AND strftime(date, '%Y-%m') = ${literal(month)}
    ORDER BY departure, origin, destination, delay`;
}
