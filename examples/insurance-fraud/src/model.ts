import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Claim } from "./claims.ts";
import { type Evaluation, evaluate } from "./evaluation.ts";
import { type Encoding, encode, learnEncoding } from "./features.ts";
import { type Choices, fitLogisticRegression, probability, type Weights } from "./logistic-regression.ts";

/** All that is needed to say how likely a claim is a fraud. Small enough for JSON, which Python reads too. */
export interface FraudModel extends Weights {
  readonly encoding: Encoding;
}

export interface Trained {
  readonly model: FraudModel;
  readonly losses: readonly number[];
  readonly rows: number;
}

export function trainModel(claims: readonly Claim[], choices: Choices): Trained {
  const encoding = learnEncoding(claims);
  const rows = claims.map((claim) => encode(encoding, claim));
  const { base, weights, losses } = fitLogisticRegression(rows, claims.map(labelOf), choices);
  return { model: { base, weights, encoding }, losses, rows: rows.length };
}

export function evaluateModel(model: FraudModel, claims: readonly Claim[]): Evaluation {
  return evaluate(
    claims.map((claim) => fraudProbability(model, claim)),
    claims.map(labelOf),
  );
}

export function fraudProbability(model: FraudModel, claim: Claim): number {
  return probability(model, encode(model.encoding, claim));
}

/** One file in a folder, as MLflow keeps models. */
export async function writeModel(folder: string, model: FraudModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.json"), JSON.stringify(model));
}

export async function readModel(folder: string): Promise<FraudModel> {
  return JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as FraudModel;
}

function labelOf({ fraud_reported }: Claim): number {
  return fraud_reported === "Y" ? 1 : 0;
}
