import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunFacts } from "@ostinato/mlflow";
import { literal, openDatabase } from "@ostinato-examples/modelling/duckdb";
import { flow, log, task } from "ostinato";
import { z } from "zod";
import { columns } from "./claim-columns.ts";
import type { Claim } from "./claims.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Choices } from "./logistic-regression.ts";
import { evaluateModel, type Trained, trainModel, writeModel } from "./model.ts";
import { claimsBucket, experiment, rawClaims, registeredModel, search, tracking } from "./places.ts";
import { type KeptModel, reportDeployment, reportMlflow, reportModel } from "./reports.ts";

/** What the search tries. */
const candidates: readonly Choices[] = [0.0001, 0.01].flatMap((penalty) =>
  [1, 3].map((fraudWeight) => ({ penalty, fraudWeight, rounds: 150 })),
);

const readClaims = task(
  { name: "read claims", retries: 3, retryDelay: ["1s", "5s"], persist: false },
  async function readClaims(key: string): Promise<readonly Claim[]> {
    const folder = await mkdtemp(join(tmpdir(), "claims-"));
    try {
      const file = join(folder, "claims.csv");
      await (await claimsBucket()).download(key, file);
      using database = await openDatabase();
      const rows = await database.rows<Claim>(
        `SELECT * REPLACE (${casts.join(", ")}) FROM read_csv(${literal(file)}, header = true, all_varchar = true)`,
      );
      log.info("{count} claims of {key}", { count: rows.length, key });
      return rows;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

/** Days stay text, and whole numbers become numbers: DuckDB's own guess would be dates and bigints. */
const casts = Object.entries(columns).map(
  ([name, { type }]) => `"${name}"::${type === "date" ? "text" : type} AS "${name}"`,
);

interface Split {
  readonly train: readonly Claim[];
  readonly test: readonly Claim[];
}

/** By the number of the policy, so that a claim is on the same side in each run. */
const split = task({ name: "split", persist: false }, async function split(claims: readonly Claim[]): Promise<Split> {
  const isTest = ({ policy_number }: Claim) => policy_number % 4 === 0;
  const parts = { train: claims.filter((claim) => !isTest(claim)), test: claims.filter(isTest) };
  log.info("{train} claims to learn from, {test} put aside for the test", {
    train: parts.train.length,
    test: parts.test.length,
  });
  return parts;
});

const attempt = task(
  { name: "try parameters", runName: "try {number}", persist: false },
  async function attempt(parent: string, number: number, data: Split) {
    const choices = candidates[number] ?? { penalty: 0, fraudWeight: 1, rounds: 1 };
    const { f1 } = await (await tracking()).run(
      { experiment: search, name: `candidate ${number}`, parent: { id: parent } },
      async (run) => {
        await run.logParams({ ...choices });
        const scores = evaluateModel(trainModel(data.train, choices).model, data.test);
        await run.logMetrics(metricsOf(scores));
        return scores;
      },
    );
    return f1;
  },
);

/** A task of tasks: one run of MLflow, and below it one of each candidate. The rows of training are split again, so that the search sees no row of the test. */
const searchParameters = task(
  { name: "search parameters", persist: false },
  async function searchParameters(claims: readonly Claim[]) {
    const part = ({ policy_number }: Claim) => policy_number % 3 === 0;
    const data = { train: claims.filter((claim) => !part(claim)), test: claims.filter(part) };
    return await (await tracking()).run({ experiment: search, name: "search" }, async ({ id }) =>
      Math.max(...(await Promise.all(candidates.map((_, number) => attempt(id, number, data))))),
    );
  },
);

const bestParameters = task({ name: "best parameters" }, async function bestParameters(): Promise<Choices> {
  const best = await (await tracking()).bestRun(search, { metric: "f1", by: "max" });
  if (best === undefined)
    throw new Error(`No run of the experiment "${search}" has an F1 score: let the flow search first.`);
  const { penalty, fraudWeight, rounds } = best.params;
  log.info("the best of the search is {name}, with an F1 score of {f1}", {
    name: best.name,
    f1: best.metrics.f1?.toFixed(3),
  });
  return { penalty: Number(penalty), fraudWeight: Number(fraudWeight), rounds: Number(rounds) };
});

const train = task(
  { name: "train", tags: ["cpu"], persist: false },
  async function train(claims: readonly Claim[], choices: Choices) {
    return trainModel(claims, choices);
  },
);

const evaluate = task(
  { name: "evaluate", persist: false },
  async function evaluate({ model }: Trained, claims: readonly Claim[]) {
    return evaluateModel(model, claims);
  },
);

/** The champion of the registry is the version whose run has the best F1 score. */
const keep = task(
  { name: "keep the model" },
  async function keep({ model, losses, rows }: Trained, choices: Choices, evaluation: Evaluation): Promise<KeptModel> {
    const mlflow = await tracking();
    const folder = await mkdtemp(join(tmpdir(), "fraud-model-"));
    try {
      await writeModel(folder, model);
      return await mlflow.run({ experiment, name: "logistic regression" }, async (run) => {
        await run.logParams({ ...choices, rows });
        await run.logHistory(losses.map((value, step) => ({ name: "loss", value, step })));
        const logged = await run.logModel("fraud", {
          from: folder,
          type: "classifier",
          params: { ...choices },
          metrics: metricsOf(evaluation),
        });
        const champion = await mlflow.modelVersion(registeredModel, "champion");
        const before = champion?.runId === undefined ? undefined : await mlflow.readRun(champion.runId);
        const isChampion = isBetter(evaluation, before);
        const version = await mlflow.registerModel(registeredModel, logged, {
          aliases: isChampion ? ["champion"] : [],
        });
        const { name, uri, url } = logged;
        return {
          runId: run.id,
          runUrl: run.url,
          model: { name, uri, url },
          version: version.version,
          versionUrl: version.url,
          isChampion,
        };
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

export const trainFraudModel = flow(
  {
    name: "fraud-training",
    description:
      "Learns from claims in the bucket which are frauds, with the best parameters that MLflow knows, and keeps the model there.",
    parameters: z.object({
      key: z.string().min(1).default(rawClaims).describe("the object of the bucket with the claims"),
      searchFirst: z
        .boolean()
        .default(true)
        .describe("whether parameters are tried before; else the best known ones are taken"),
    }),
  },
  async function trainFraudModel({ key, searchFirst }) {
    const data = await split(readClaims(key));
    if (searchFirst) await searchParameters(data.train);
    const choices = await bestParameters();
    const trained = await train(data.train, choices);
    const evaluation = await evaluate(trained, data.test);
    const kept = await keep(trained, choices, evaluation);
    await Promise.all([reportModel({ trained, evaluation, choices }), reportMlflow(kept), reportDeployment(kept)]);
    return { f1: evaluation.f1, version: kept.version, isChampion: kept.isChampion };
  },
);

function metricsOf({ accuracy, precision, recall, f1 }: Evaluation): Readonly<Record<string, number>> {
  return { accuracy, precision, recall, f1 };
}

function isBetter({ f1 }: Evaluation, before: RunFacts | undefined): boolean {
  return before === undefined || f1 >= (before.metrics.f1 ?? 0);
}
