import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { S3Bucket } from "@ostinato/aws";
import { MlflowTracking } from "@ostinato/mlflow";
import { checkpoint, type KeptTable } from "@ostinato/parquet";
import { writeOnce } from "@ostinato-examples/modelling/checkpoints";
import { exampleFolder } from "@ostinato-examples/modelling/home";
import { type Evaluation, evaluateModel, modelKinds, trainModel } from "@ostinato-examples/nyc-taxi/models";
import { writeReport } from "@ostinato-examples/nyc-taxi/report";
import {
  checkMonth,
  cleanTripsSql,
  fetchTrips,
  makeFeatures,
  type TripFile,
  type Trips,
} from "@ostinato-examples/nyc-taxi/trips";
import { artifact, flow, log, task } from "ostinato";
import { z } from "zod";
import { differingColumns } from "./columns.ts";

/** The file of a month below the folder of the months. */
const fileOf = (month: string) => `green_tripdata_${month}.parquet`;

const downloadMonths = task(
  { name: "download months", retries: 2, retryDelay: "2s", persist: false },
  async function downloadMonths(bucket: string, folder: string) {
    const lake = await S3Bucket.load(bucket);
    const keys = await lake.downloadFolder("green", folder);
    log.info("{months} months are here from {url}", { months: keys.length, url: lake.url("green") });
    return keys.map((key) => key.replace(/^green\//, "")).toSorted();
  },
);

/** The first file decides in a query over several, so that a column which later ones have is left out: people see it here. */
const compareColumns = task({ name: "compare columns" }, async function compareColumns(files: readonly string[]) {
  const table = await differingColumns(files);
  if (table.length > 0)
    await artifact.table({
      key: "taxi-columns",
      table,
      description: "Columns that not every month has, or not with one type.",
    });
  return table.length;
});

/**
 * The checkpoint is in the bucket, so that other programs and other machines begin where this one is. It belongs to the content of the month and not to the place of
 * the download: where a month is corrected, it is made again.
 */
const cleanTrips = task({ name: "clean trips" }, async function cleanTrips(bucket: string, month: TripFile) {
  const lake = await S3Bucket.load(bucket);
  const name = basename(month.path, ".parquet").replace("green_tripdata_", "trips-");
  const by = hash("sha256", await readFile(month.path));
  return await checkpoint(name, { in: lake, tables: { month: month.path }, sql: cleanTripsSql("month"), by });
});

const addFeatures = task(
  { name: "add features", persist: false },
  async function addFeatures(bucket: string, month: TripFile, clean: KeptTable) {
    const folder = join(exampleFolder("taxi-s3"), "trips");
    const path = join(folder, basename(clean.key));
    const lake = await S3Bucket.load(bucket);
    await writeOnce(path, async (file) => void (await lake.download(clean.key, file)));
    return await makeFeatures(month, path, folder);
  },
);

const train = task(
  { name: "train model", runName: "train {kind}", tags: ["cpu"], runIn: "thread", persist: false },
  trainModel,
);

/** Kept in the bucket: a run that is resumed on another machine does not measure again. */
const evaluate = task(
  { name: "evaluate model", tags: ["cpu"], runIn: "thread", cache: { by: "inputs" } },
  evaluateModel,
);

/** Each model is a run of the experiment `taxi` in MLflow, whose page the run here links to. */
const track = task(
  { name: "track in MLflow" },
  async function track(server: string, trips: Trips, { model, ...errors }: Evaluation) {
    const mlflow = await MlflowTracking.load(server);
    return await mlflow.run({ experiment: "taxi", name: model.name }, async (run) => {
      await run.logParams({ kind: model.kind, month: basename(trips.source), ...model.details });
      await run.logMetrics({ rmse: errors.rootMeanSquaredError, mae: errors.meanAbsoluteError });
      await run.artifacts.upload(model.path, `model/${basename(model.path)}`);
      return run.url;
    });
  },
);

export const taxiS3 = flow(
  {
    name: "taxi-s3",
    description:
      "Predicts how long a ride in a green taxi takes, with its months, checkpoints and results in a bucket of S3.",
    resultStorage: S3Bucket.named("taxi-results"),
    parameters: z.object({
      bucket: z.string().default("taxi").describe("the block of the bucket that has the months in its folder green"),
      train: z.string().default("2024-01").describe("the month to train on"),
      val: z.string().default("2024-02").describe("the month to measure on"),
      tracking: z
        .string()
        .optional()
        .describe("the block of the MLflow server that keeps each model; none unless given"),
      models: z
        .array(z.enum(modelKinds))
        .min(1)
        .default([...modelKinds])
        .describe("which models to train"),
    }),
  },
  async function taxiS3({ bucket, train: trainMonth, val: valMonth, tracking, models }) {
    const home = exampleFolder("taxi-s3");
    const months = join(home, "green");
    const files = await downloadMonths(bucket, months);
    requireMonths([trainMonth, valMonth], files, bucket);
    await compareColumns(files.map((file) => join(months, file)));
    const [trainTrips, valTrips] = await Promise.all(
      [trainMonth, valMonth].map(async (month) => {
        const file = await fetchTrips(join(months, fileOf(month)), months);
        await checkMonth(file);
        return await addFeatures(bucket, file, await cleanTrips(bucket, file));
      }),
    );
    if (trainTrips === undefined || valTrips === undefined) throw new Error("Both months are prepared.");
    const evaluations = await Promise.all(
      models.map(async (kind) => {
        const evaluation = await evaluate(await train(kind, trainTrips, join(home, "models")), valTrips);
        if (tracking !== undefined) await track(tracking, trainTrips, evaluation);
        return evaluation;
      }),
    );
    const best = evaluations.reduce((a, b) => (b.rootMeanSquaredError < a.rootMeanSquaredError ? b : a));
    await artifact.markdown({
      key: "taxi-s3-report",
      markdown: writeReport({ train: trainTrips, val: valTrips, evaluations, best }),
    });
    return { model: best.model.name, rmse_minutes: best.rootMeanSquaredError, trips: trainTrips.rows };
  },
);

function requireMonths(wanted: readonly string[], files: readonly string[], bucket: string): void {
  const missing = wanted.find((month) => !files.includes(fileOf(month)));
  if (missing === undefined) return;
  throw new Error(`The bucket "${bucket}" has no month ${missing}. Its folder green has ${files.join(", ")}.`);
}
