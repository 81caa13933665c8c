import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, literal, openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fitLinearRegression, predictLinear } from "./linear-regression.ts";

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "regression-"));
  database = await openDatabase();
});

afterEach(() => {
  database[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

async function writeTrips(name: string, sql: string): Promise<string> {
  const path = join(folder, name);
  await database.run(`COPY (${sql}) TO ${literal(path)} (FORMAT parquet)`);
  return path;
}

it("is at the minimum of the penalised squares", async () => {
  const trips = await writeTrips(
    "trips.parquet",
    `SELECT (i * i % 17)::varchar AS pair, (i * 7 % 23)::double AS distance, (i * 13 % 41 + i % 17)::double AS duration
     FROM range(500) AS t(i)`,
  );
  const model = join(folder, "model");
  await fitLinearRegression(trips, model);
  const { predicted, actual } = await predictLinear(model, trips);
  const rows = await database.rows<{ pair: string; distance: number }>(
    `SELECT pair, distance FROM ${parquet([trips])}`,
  );
  const effects = await database.rows<{ pair: string; effect: number }>(`SELECT pair, effect FROM ${parquet([model])}`);
  const residuals = actual.map((value, row) => value - (predicted[row] ?? 0));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  // Where each derivative of Σ residual² + Σ effect² is zero.
  expect(sum(residuals)).toBeCloseTo(0);
  expect(sum(residuals.map((residual, row) => residual * (rows[row]?.distance ?? 0)))).toBeCloseTo(0);
  for (const { pair, effect } of effects) {
    expect(sum(residuals.filter((_, row) => rows[row]?.pair === pair))).toBeCloseTo(effect);
  }
  expect(effects.length).toBeGreaterThan(5);
});

it("predicts for a pair it has not seen, and for a distance that is not known", async () => {
  const trips = await writeTrips(
    "trips.parquet",
    "SELECT (i % 3)::varchar AS pair, (i % 10)::double AS distance, 2.0 * (i % 10) + 4 AS duration FROM range(300) AS t(i)",
  );
  const strange = await writeTrips(
    "strange.parquet",
    `SELECT * FROM (VALUES ('nowhere', 5.0, 14.0), ('1', NULL, 13.0), ('nowhere', NULL, 13.0)) AS t(pair, distance, duration)`,
  );
  const model = join(folder, "model");
  const { minutesPerMile, intercept } = await fitLinearRegression(trips, model);
  expect([minutesPerMile, intercept]).toEqual([expect.closeTo(2), expect.closeTo(4)]);
  const { predicted } = await predictLinear(model, strange);
  expect(predicted).toEqual([expect.closeTo(14), expect.closeTo(13), expect.closeTo(13)]);
});

it("fits trips that all are of one distance", async () => {
  const trips = await writeTrips(
    "trips.parquet",
    "SELECT 'a' AS pair, NULL::double AS distance, i::double AS duration FROM range(1, 10) AS t(i)",
  );
  const { minutesPerMile, intercept } = await fitLinearRegression(trips, join(folder, "model"));
  expect([minutesPerMile, intercept]).toEqual([0, 5]);
});
