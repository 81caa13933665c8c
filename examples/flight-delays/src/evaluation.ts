import type { Checkpoint } from "@ostinato-examples/modelling/checkpoints";
import { loadModel, readFlights, type TrainedModel } from "./models.ts";

/** The errors of a model on unseen flights, in minutes. */
export interface Evaluation {
  readonly model: TrainedModel;
  readonly rows: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquaredError: number;
  readonly byHour: readonly HourError[];
  /** The flights in ten parts of equal size, from the smallest to the largest predicted delay. */
  readonly calibration: readonly CalibrationPart[];
}

export interface HourError {
  readonly hour: number;
  readonly rows: number;
  readonly meanAbsoluteError: number;
}

export interface CalibrationPart {
  readonly predicted: number;
  readonly actual: number;
}

export interface Choice {
  readonly best: Evaluation;
  readonly baseline: Evaluation;
  /** The best model's reduction of the baseline's error, as a fraction; negative when no model beats it. */
  readonly gain: number;
}

export async function evaluateModel(model: TrainedModel, flights: Checkpoint): Promise<Evaluation> {
  using predictor = await loadModel(model);
  const { delay: actual, ...features } = await readFlights(flights.path);
  const predicted = predictor.predict(features);
  const errors = actual.map((delay, row) => (predicted[row] ?? Number.NaN) - delay);
  return {
    model,
    rows: errors.length,
    meanAbsoluteError: mean(errors.map(Math.abs)),
    rootMeanSquaredError: Math.sqrt(mean(errors.map((error) => error * error))),
    byHour: errorsByHour(features.hour ?? [], errors),
    calibration: calibrate(predicted, actual),
  };
}

/** The trained model with the smallest mean absolute error, and the best rule of thumb as its baseline. */
export function chooseModel(evaluations: readonly Evaluation[]): Choice {
  const isBaseline = ({ model }: Evaluation) => model.kind === "constant" || model.kind === "usual";
  const best = smallestError(evaluations.filter((evaluation) => !isBaseline(evaluation)));
  const baseline = smallestError(evaluations.filter(isBaseline));
  return { best, baseline, gain: 1 - best.meanAbsoluteError / baseline.meanAbsoluteError };
}

function smallestError(evaluations: readonly Evaluation[]): Evaluation {
  const [first] = evaluations.toSorted((a, b) => a.meanAbsoluteError - b.meanAbsoluteError);
  if (first === undefined) throw new Error("There is no evaluation to choose from.");
  return first;
}

function errorsByHour(hours: readonly number[], errors: readonly number[]): readonly HourError[] {
  const groups = Map.groupBy(errors.keys(), (row) => Math.floor(hours[row] ?? 0));
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([hour, rows]) => ({
      hour,
      rows: rows.length,
      meanAbsoluteError: mean(rows.map((row) => Math.abs(errors[row] ?? 0))),
    }));
}

function calibrate(predicted: readonly number[], actual: readonly number[]): readonly CalibrationPart[] {
  const order = [...predicted.keys()].sort((a, b) => (predicted[a] ?? 0) - (predicted[b] ?? 0));
  const parts = Array.from({ length: 10 }, (_, part) =>
    order.slice(Math.floor((part * order.length) / 10), Math.floor(((part + 1) * order.length) / 10)),
  );
  return parts
    .filter((rows) => rows.length > 0)
    .map((rows) => ({
      predicted: mean(rows.map((row) => predicted[row] ?? 0)),
      actual: mean(rows.map((row) => actual[row] ?? 0)),
    }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
