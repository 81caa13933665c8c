import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exampleFolder } from "@ostinato-examples/modelling/home";
import { artifact, flow, log, task, unmapped } from "ostinato";
import { z } from "zod";
import { type Choice, chooseModel, evaluateModel } from "./evaluation.ts";
import { addUpHistory, buildFeatures, type MonthFeatures, sampleFeatures } from "./features.ts";
import {
  checkpointMonth,
  type Inspection,
  inspectFlights,
  locateFlights,
  type Month,
  packagedFlights,
  type Source,
} from "./flights.ts";
import { type ModelKind, modelKinds, type TrainingPlan, trainModel } from "./models.ts";
import { splitPeriods } from "./periods.ts";
import { modelRows, monthRows, type ReportParts, writeReport } from "./report.ts";

const locate = task({ name: "locate flights" }, locateFlights);

const inspect = task({ name: "inspect flights", cache: { by: "inputs", expires: "30d" } }, inspectFlights);

// The files are their own cache: these tasks write missing files only, so a resumed run calls them again.
const checkpoint = task(
  { name: "checkpoint month", runName: "checkpoint {month}", retries: 2, retryDelay: "1s", persist: false },
  async function checkpoint(source: Source, month: string, folder: string) {
    const file = await checkpointMonth(source, month, folder);
    log.info("{rows} flights in {path}", { rows: file.rows, path: file.path });
    return file;
  },
);

const history = task({ name: "add up history", retries: 2, retryDelay: "1s", persist: false }, addUpHistory);

const features = task(
  { name: "build features", runName: ({ month }) => `features ${(month as Month).month}`, retries: 2, persist: false },
  buildFeatures,
);

const sample = task({ name: "sample flights", runName: "sample {rows} flights", persist: false }, sampleFeatures);

const train = task(
  { name: "train model", runName: "train {kind}", tags: ["cpu"], runIn: "thread", timeout: "5m", persist: false },
  async function train(kind: ModelKind, plan: TrainingPlan) {
    const model = await trainModel(kind, plan);
    log.info("{name}: trained in {seconds} s", { name: model.name, seconds: round(model.seconds) });
    return model;
  },
);

const evaluate = task(
  { name: "evaluate model", tags: ["cpu"], runIn: "thread", cache: { by: "inputs" } },
  evaluateModel,
);

const choose = task({ name: "choose model" }, chooseModel);

const publish = task({ name: "publish model", retries: 2, persist: false }, publishModel);

const report = task({ name: "write report" }, async function report(parts: ReportParts) {
  await artifact.table({ key: "flight-delays-models", table: modelRows(parts.evaluations) });
  await artifact.markdown({ key: "flight-delays-report", markdown: writeReport(parts) });
});

const rowCount = z.coerce.number().int().min(100);

export const flightDelays = flow(
  {
    name: "flight-delays",
    description: "Learns from three million flights how late one will arrive, and says how far off that is.",
    parameters: z.object({
      source: z.string().optional().describe("Parquet file of flights; the packaged one by default"),
      folder: z.string().optional().describe("where checkpoints and models go"),
      limit: rowCount.optional().describe("read about this many flights; all by default"),
      validationMonths: z.coerce
        .number()
        .int()
        .min(1)
        .default(2)
        .describe("how many months at the end are not trained on"),
      trainingRows: rowCount.default(40_000).describe("flights that models are trained on"),
      validationRows: rowCount.default(100_000).describe("flights that models are measured on"),
    }),
  },
  async function flightDelays({ source, folder, limit, validationMonths, trainingRows, validationRows }) {
    const home = folder ?? exampleFolder("flight-delays");
    const flights = await locate(source ?? packagedFlights(), limit ?? null);
    const inspection = await inspect(flights);
    await tell(inspection);

    const { all, training, validation } = splitPeriods(inspection.months, validationMonths);
    const months = await prepareMonths(flights, all, home);
    const of = (period: readonly string[]) => months.filter(({ month }) => period.includes(month));
    const [seen, unseen] = await Promise.all([
      sample(of(training), trainingRows, join(home, "samples")),
      sample(of(validation), validationRows, join(home, "samples")),
    ]);

    const evaluations = await Promise.all(
      modelKinds.map((kind) => {
        const model = train(kind, { flights: seen, folder: join(home, "models") });
        return evaluate.with({ runName: `evaluate ${kind}` })(model, unseen);
      }),
    );
    const choice = await choose(evaluations);
    const { best, baseline, gain } = choice;
    log.info("{name}: mean error {minutes} minutes", { name: best.model.name, minutes: round(best.meanAbsoluteError) });
    if (gain <= 0) log.warning("no model beats {name}", { name: baseline.model.name });

    await Promise.all([
      publish(choice, join(home, "published")),
      report({ inspection, evaluations, choice, trainingMonths: training, validationMonths: validation }),
    ]);
    return {
      rows: inspection.rows,
      model: best.model.name,
      error_minutes: round(best.meanAbsoluteError),
      baseline: baseline.model.name,
      baseline_error_minutes: round(baseline.meanAbsoluteError),
    };
  },
);

async function tell({ rows, from, to, months, skippedMonths }: Inspection): Promise<void> {
  log.info("{rows} flights from {from} to {to}", { rows, from, to });
  for (const { month, flights } of skippedMonths) {
    log.warning("{month} is left out: it has {flights} flights only", { month, flights });
  }
  await artifact.table({ key: "flights-by-month", table: monthRows(months) });
}

/** Each month becomes a file, then its history, then the features of all but the first, which has no earlier history. */
async function prepareMonths(flights: Source, all: readonly string[], home: string): Promise<readonly MonthFeatures[]> {
  const twoAtOnce = { concurrency: 2 };
  const months = await checkpoint.map(unmapped(flights), all, unmapped(join(home, "flights")), twoAtOnce);
  const histories = history.map(months, unmapped(join(home, "history")), twoAtOnce);
  return await features.map(months.slice(1), unmapped(histories), unmapped(join(home, "features")), twoAtOnce);
}

/** Publishes the model where a service would look for it: the file, and its description and quality beside it. */
async function publishModel({ best, baseline }: Choice, folder: string): Promise<string> {
  const path = join(folder, "flight-delays.model");
  await mkdir(folder, { recursive: true });
  await copyFile(best.model.path, path);
  await writeFile(join(folder, "flight-delays.json"), JSON.stringify({ ...best, baseline }, undefined, 2));
  log.info("{name} published to {path}", { name: best.model.name, path });
  return path;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
