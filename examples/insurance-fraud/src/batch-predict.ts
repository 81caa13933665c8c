import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifact, flow, log, pause, task } from "ostinato";
import { z } from "zod";
import type { Claim } from "./claims.ts";
import { type FraudModel, fraudProbability, readModel } from "./model.ts";
import { claimsDatabase, registeredModel, tracking } from "./places.ts";

/** Tables with these columns can be predicted from; the answer names one of them. */
const neededColumns = ["policy_number", "incident_date", "incident_severity", "total_claim_amount"];
const shownRows = 20;

const findTables = task({ name: "find tables", persist: false }, async function findTables() {
  const database = await claimsDatabase();
  const found = await database.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name IN (${neededColumns.map((name) => `'${name}'`).join(", ")})
     GROUP BY table_name HAVING count(*) = ${neededColumns.length} ORDER BY table_name`,
  );
  return found.map(({ table_name }) => table_name);
});

interface Champion {
  readonly model: FraudModel;
  readonly version: number;
}

const loadChampion = task(
  { name: "load the champion", retries: 2, retryDelay: "2s", persist: false },
  async function loadChampion(): Promise<Champion> {
    const mlflow = await tracking();
    const version = await mlflow.modelVersion(registeredModel, "champion");
    if (version === undefined)
      throw new Error(`MLflow has no champion of ${registeredModel}: run the flow fraud-training first.`);
    const folder = await mkdtemp(join(tmpdir(), "champion-"));
    try {
      await (await mlflow.modelArtifacts(version)).downloadFolder("", folder);
      return { model: await readModel(folder), version: version.version };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

const readTable = task(
  { name: "read new claims", persist: false },
  async function readTable(table: string, day: string | undefined) {
    const database = await claimsDatabase();
    const ofDay = day === undefined ? "" : " WHERE incident_date = CAST(:day AS date)";
    return await database.query<Claim & object>(
      `SELECT * FROM "${table}"${ofDay} ORDER BY policy_number`,
      day === undefined ? {} : { day },
    );
  },
);

type Prediction = Readonly<{ policy_number: number; probability: number; is_fraud: boolean; model_version: number }>;

const predict = task(
  { name: "predict", persist: false },
  async function predict({ model, version }: Champion, claims: readonly Claim[]) {
    return claims.map((claim): Prediction => {
      const probability = fraudProbability(model, claim);
      return { policy_number: claim.policy_number, probability, is_fraud: probability >= 0.5, model_version: version };
    });
  },
);

/** All or nothing, and as often as one likes: predictions of a claim replace those before. */
const writeBack = task({ name: "write back" }, async function writeBack(predictions: readonly Prediction[]) {
  const database = await claimsDatabase();
  return await database.transaction(async (transaction) => {
    await transaction.execute(
      `CREATE TABLE IF NOT EXISTS fraud_predictions
       (policy_number bigint PRIMARY KEY, probability double precision, is_fraud boolean, model_version integer)`,
    );
    await transaction.execute("CREATE TEMPORARY TABLE fresh (LIKE fraud_predictions) ON COMMIT DROP");
    await transaction.load("fresh", predictions);
    return await transaction.execute(
      `INSERT INTO fraud_predictions SELECT * FROM fresh ON CONFLICT (policy_number)
       DO UPDATE SET probability = excluded.probability, is_fraud = excluded.is_fraud, model_version = excluded.model_version`,
    );
  });
});

export const batchPredict = flow(
  {
    name: "fraud-batch-predict",
    description:
      "Asks a person for a table and a day, says of each of its claims how likely it is a fraud, and writes that back.",
    parameters: z.object({ waitHours: z.number().positive().default(24).describe("how long to wait for the answer") }),
  },
  async function batchPredict({ waitHours }) {
    const [first, ...others] = await findTables();
    if (first === undefined) throw new Error(`No table of the database has the columns ${neededColumns.join(", ")}.`);
    const answer = await pause({
      title: "Which claims shall be looked at?",
      description:
        "The champion of MLflow says of each claim how likely it is a fraud, and writes it into `fraud_predictions`.",
      input: z.object({
        table: z.enum([first, ...others]).describe("with the new claims"),
        day: z.iso.date().optional().describe("claims of this day alone; all of them unless given"),
      }),
      initial: { table: first },
      timeout: `${waitHours}h`,
    });
    const champion = await loadChampion();
    const claims = await readTable(answer.table, answer.day);
    if (claims.length === 0)
      log.warning("{table} has no claims of {day}", { table: answer.table, day: answer.day ?? "any day" });
    const predictions = await predict(champion, claims);
    const written = predictions.length === 0 ? 0 : await writeBack(predictions);
    const likeliest = predictions.toSorted((a, b) => b.probability - a.probability).slice(0, shownRows);
    await artifact.table({ key: "fraud-predictions", description: "The likeliest frauds.", table: likeliest });
    return { written, frauds: predictions.filter(({ is_fraud }) => is_fraud).length, version: champion.version };
  },
);
