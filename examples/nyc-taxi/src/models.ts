import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { growTrees, loadTrees } from "@ostinato-examples/modelling/boosted-trees";
import { describeOnce, digest } from "@ostinato-examples/modelling/checkpoints";
import { openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import { fitLinearRegression, type Predictions, predictLinear } from "./linear-regression.ts";
import type { Trips } from "./trips.ts";

export const modelKinds = ["linear", "trees"] as const;

export type ModelKind = (typeof modelKinds)[number];

/** A trained model in a file; this description is small enough to be a task's result. */
export interface TrainedModel {
  readonly kind: ModelKind;
  readonly name: string;
  readonly path: string;
  readonly seconds: number;
  /** Facts for readers: the slope, the number of trees. */
  readonly details: Readonly<Record<string, number>>;
}

export interface Evaluation {
  readonly model: TrainedModel;
  readonly trips: number;
  readonly rootMeanSquaredError: number;
  readonly meanAbsoluteError: number;
  /** Errors by actual duration, in steps of five minutes. */
  readonly byDuration: readonly DurationError[];
}

export interface DurationError {
  readonly fromMinutes: number;
  readonly trips: number;
  /** Positive where the model predicts too long a trip. */
  readonly meanError: number;
}

/**
 * Trains in the calling thread, the trees for several seconds; arguments and result can be sent between threads. A model that was trained
 * by the same function on the same trips is reused.
 */
export async function trainModel(kind: ModelKind, trips: Trips, folder: string): Promise<TrainedModel> {
  const train = trainers[kind];
  const path = join(folder, `${kind}-${digest(`${trips.path} ${train}`)}.model`);
  return await describeOnce(path, async (file) => {
    const started = performance.now();
    const details = await train(trips.path, file);
    return { kind, name: names[kind], path, seconds: (performance.now() - started) / 1000, details };
  });
}

export async function evaluateModel(model: TrainedModel, trips: Trips): Promise<Evaluation> {
  const { predicted, actual } = await (model.kind === "linear" ? predictLinear : predictTrees)(model.path, trips.path);
  const errors = actual.map((duration, row) => (predicted[row] ?? Number.NaN) - duration);
  return {
    model,
    trips: errors.length,
    rootMeanSquaredError: Math.sqrt(mean(errors.map((error) => error * error))),
    meanAbsoluteError: mean(errors.map(Math.abs)),
    byDuration: errorsByDuration(actual, errors),
  };
}

const names: Readonly<Record<ModelKind, string>> = { linear: "linear regression", trees: "gradient-boosted trees" };

const trainers = { linear: trainLinear, trees: trainTrees };

async function trainLinear(trips: string, path: string): Promise<TrainedModel["details"]> {
  const { pairs, intercept, minutesPerMile } = await fitLinearRegression(trips, path);
  return { pairs, intercept, minutesPerMile };
}

async function trainTrees(trips: string, path: string): Promise<TrainedModel["details"]> {
  const { duration, ...features } = await readColumns(trips);
  using model = await growTrees({ ...features, duration }, "duration");
  await writeFile(path, await model.save());
  return { trees: model.trees };
}

async function predictTrees(path: string, trips: string): Promise<Predictions> {
  using model = await loadTrees(await readFile(path));
  const { duration, ...features } = await readColumns(trips);
  return { predicted: model.predict(features), actual: duration };
}

/** The trees get the two zones separately: 13,000 pairs as one category take them minutes. An unknown distance is NaN. */
async function readColumns(trips: string): Promise<TripColumns> {
  using database = await openDatabase();
  const columns = await database.columns(`
    SELECT coalesce(distance, 'nan'::double) AS distance, pickup_zone, dropoff_zone, duration FROM ${parquet([trips])}`);
  return columns as unknown as TripColumns;
}

interface TripColumns {
  readonly distance: readonly number[];
  readonly pickup_zone: readonly string[];
  readonly dropoff_zone: readonly string[];
  readonly duration: readonly number[];
}

function errorsByDuration(durations: readonly number[], errors: readonly number[]): readonly DurationError[] {
  const groups = Map.groupBy(errors.keys(), (row) => Math.min(Math.floor((durations[row] ?? 0) / 5), 11) * 5);
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([fromMinutes, rows]) => ({
      fromMinutes,
      trips: rows.length,
      meanError: mean(rows.map((row) => errors[row] ?? 0)),
    }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
