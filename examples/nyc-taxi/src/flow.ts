import { join } from "node:path";
import { exampleFolder } from "@ostinato-examples/modelling/home";
import { artifact, currentRun, flow, log, task } from "ostinato";
import { z } from "zod";
import { type Evaluation, evaluateModel, modelKinds, trainModel } from "./models.ts";
import { type ReportParts, writeReport } from "./report.ts";
import { fetchTrips, prepareTrips, Unreachable } from "./trips.ts";

const fetchMonth = task(
  {
    name: "fetch trips",
    retries: 3,
    retryDelay: ["1s", "5s", "20s"],
    retryIf: (error) => error instanceof Unreachable,
    timeout: "5m",
    persist: false,
  },
  async function fetchMonth(source: string, folder: string) {
    return await fetchTrips(source, folder, currentRun().signal);
  },
);

// The files are their own cache: these tasks write missing files only, so a resumed run calls them again.
const prepare = task({ name: "prepare trips", persist: false }, prepareTrips);

const train = task(
  { name: "train model", runName: "train {kind}", tags: ["cpu"], runIn: "thread", timeout: "10m", persist: false },
  trainModel,
);

const evaluate = task(
  { name: "evaluate model", tags: ["cpu"], runIn: "thread", cache: { by: "inputs" } },
  evaluateModel,
);

const report = task({ name: "write report" }, async function report(parts: ReportParts) {
  await artifact.markdown({ key: "nyc-taxi-report", markdown: writeReport(parts) });
});

export const nycTaxi = flow(
  {
    name: "nyc-taxi",
    description: "Predicts how long a ride in a green taxi takes, trained on one month and measured on another.",
    parameters: z.object({
      train: z.string().default(publicMonth("2021-01")).describe("path or URL of the month to train on"),
      val: z.string().default(publicMonth("2021-02")).describe("path or URL of the month to measure on"),
      models: z
        .array(z.enum(modelKinds))
        .min(1)
        .default([...modelKinds])
        .describe("which models to train"),
      folder: z.string().optional().describe("where downloads, prepared trips and models go"),
    }),
  },
  async function nycTaxi({ train: trainSource, val: valSource, models: kinds, folder }) {
    const home = folder ?? exampleFolder("nyc-taxi");
    // Fetch both files first: if one is missing, the flow fails with just that message before other tasks begin.
    const [trainFile, valFile] = await Promise.all([
      fetchMonth(trainSource, join(home, "downloads")),
      fetchMonth(valSource, join(home, "downloads")),
    ]);
    const [trainTrips, valTrips] = await Promise.all([
      prepare(trainFile, join(home, "trips")),
      prepare(valFile, join(home, "trips")),
    ]);
    log.info("training on {rows} trips of {source}", { rows: trainTrips.rows, source: trainTrips.source });

    const evaluations = await Promise.all(
      kinds.map((kind) => {
        const model = train(kind, trainTrips, join(home, "models"));
        return evaluate.with({ runName: `evaluate ${kind}` })(model, valTrips);
      }),
    );
    const best = smallestError(evaluations);
    log.info("{name}: RMSE {rmse} minutes", { name: best.model.name, rmse: best.rootMeanSquaredError.toFixed(3) });
    await report({ train: trainTrips, val: valTrips, evaluations, best });
    return {
      trips: trainTrips.rows,
      model: best.model.name,
      model_path: best.model.path,
      rmse_minutes: best.rootMeanSquaredError,
    };
  },
);

function publicMonth(month: string): string {
  return `https://d37ci6vzurychx.cloudfront.net/trip-data/green_tripdata_${month}.parquet`;
}

function smallestError(evaluations: readonly Evaluation[]): Evaluation {
  return evaluations.reduce((best, next) => (next.rootMeanSquaredError < best.rootMeanSquaredError ? next : best));
}
