import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Columns, growTrees, loadTrees } from "@ostinato-examples/modelling/boosted-trees";
import { type Checkpoint, describeOnce, digest } from "@ostinato-examples/modelling/checkpoints";
import { openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import LinearRegression from "ml-regression-multivariate-linear";
import { featureNames } from "./features.ts";

/** Two models and two rules of thumb, the slowest first. */
export const modelKinds = ["trees", "linear", "usual", "constant"] as const;

export type ModelKind = (typeof modelKinds)[number];

/** A trained model in a file; this description is small enough to be a task's result. */
export interface TrainedModel {
  readonly kind: ModelKind;
  readonly name: string;
  readonly path: string;
  readonly trainingRows: number;
  readonly seconds: number;
  /** Facts for readers: coefficients, number of trees. */
  readonly details: Readonly<Record<string, number>>;
}

export interface TrainingPlan {
  /** Flights with their features. */
  readonly flights: Checkpoint;
  readonly folder: string;
}

export interface Predictor extends Disposable {
  predict(columns: Columns): readonly number[];
}

/**
 * Trains for seconds in the calling thread; arguments and result can be sent between threads. A model that was trained by the same function
 * on the same flights is reused.
 */
export async function trainModel(kind: ModelKind, { flights, folder }: TrainingPlan): Promise<TrainedModel> {
  const train = trainers[kind];
  const path = join(folder, `${kind}-${digest(`${flights.path} ${train}`)}.model`);
  return await describeOnce(path, async (file) => {
    const started = performance.now();
    const sample = await readFlights(flights.path);
    const { content, details } = await train(sample);
    await writeFile(file, content);
    const seconds = (performance.now() - started) / 1000;
    return { kind, name: modelNames[kind], path, trainingRows: sample.delay.length, seconds, details };
  });
}

export async function loadModel(model: Pick<TrainedModel, "kind" | "path">): Promise<Predictor> {
  const file = await readFile(model.path).catch((cause: unknown) => {
    throw new Error(`The model's file ${model.path} is gone. Run the flow again to train it.`, { cause });
  });
  return await loaders[model.kind](file);
}

/** The columns of a file of flights: the features, and `delay`, the target. */
export async function readFlights(path: string): Promise<Sample> {
  using database = await openDatabase();
  const columns = await database.columns(`SELECT * EXCLUDE departure FROM ${parquet([path])}`);
  return columns as Sample;
}

export type Sample = Readonly<Record<string, readonly number[]>> & { readonly delay: readonly number[] };

const modelNames: Readonly<Record<ModelKind, string>> = {
  constant: "always the median",
  usual: "usual delay of the route",
  linear: "linear regression",
  trees: "gradient-boosted trees",
};

interface Training {
  readonly content: string | Uint8Array;
  readonly details: Readonly<Record<string, number>>;
}

const trainers: Readonly<Record<ModelKind, (sample: Sample) => Promise<Training>>> = {
  async constant({ delay }) {
    const median = delay.toSorted((a, b) => a - b)[Math.floor(delay.length / 2)] ?? 0;
    return { content: JSON.stringify({ median }), details: { median } };
  },
  async usual() {
    return { content: "{}", details: {} };
  },
  async linear(sample) {
    const regression = new LinearRegression(
      rowsOf(sample),
      sample.delay.map((delay) => [delay]),
      { statistics: false },
    );
    const coefficients = regression.weights.map(([weight]) => weight ?? 0);
    const details = Object.fromEntries(coefficients.map((value, index) => [featureNames[index] ?? "intercept", value]));
    return { content: JSON.stringify(regression), details };
  },
  async trees(sample) {
    using model = await growTrees(sample, "delay");
    return { content: await model.save(), details: { trees: model.trees } };
  },
};

const loaders: Readonly<Record<ModelKind, (file: Buffer) => Promise<Predictor>>> = {
  async constant(file) {
    const { median } = JSON.parse(file.toString()) as { median: number };
    return predictor((columns) => (columns.hour ?? []).map(() => median));
  },
  async usual() {
    return predictor((columns) => columns.route_usual as readonly number[]);
  },
  async linear(file) {
    const regression = LinearRegression.load(JSON.parse(file.toString()));
    return predictor((columns) => regression.predict(rowsOf(columns)).map(([delay]) => delay ?? Number.NaN));
  },
  async trees(file) {
    return await loadTrees(file);
  },
};

function predictor(predict: Predictor["predict"]): Predictor {
  return { predict, [Symbol.dispose]: () => {} };
}

function rowsOf(columns: Columns): number[][] {
  const features = featureNames.map((name) => columns[name] as readonly number[]);
  return (features[0] ?? []).map((_, row) => features.map((column) => column[row] ?? Number.NaN));
}
