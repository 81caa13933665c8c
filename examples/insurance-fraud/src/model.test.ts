import { expect, test } from "vitest";
import { claimsCsv, makeUpClaims } from "./claims.ts";
import { confusionPicture } from "./confusion-picture.ts";
import { evaluate } from "./evaluation.ts";
import { evaluateModel, fraudProbability, trainModel } from "./model.ts";

const claims = makeUpClaims({ count: 1200, seed: 3 });
const choices = { penalty: 0.0001, fraudWeight: 3, rounds: 150 };

test("the same seed makes the same claims, a quarter of them frauds", () => {
  expect(makeUpClaims({ count: 1200, seed: 3 })).toEqual(claims);
  expect(makeUpClaims({ count: 1200, seed: 4 })).not.toEqual(claims);
  const frauds = claims.filter(({ fraud_reported }) => fraud_reported === "Y").length / claims.length;
  expect(frauds).toBeGreaterThan(0.15);
  expect(frauds).toBeLessThan(0.4);
  expect(claimsCsv(claims).split("\n")).toHaveLength(1202);
  expect(claimsCsv([])).toBe("");
});

test("the model finds most frauds among claims that it has not seen, and learns in each round", () => {
  const { model, losses } = trainModel(claims.slice(0, 900), choices);
  expect(evaluateModel(model, claims.slice(900)).f1).toBeGreaterThan(0.6);
  expect(losses.every((loss, round) => round === 0 || loss < (losses[round - 1] ?? 0))).toBe(true);
  const [claim] = claims;
  if (claim === undefined) throw new Error("there are claims");
  const chance = (changed: object) => fraudProbability(model, { ...claim, ...changed });
  expect(chance({ incident_severity: "Major Damage" })).toBeGreaterThan(chance({ incident_severity: "Minor Damage" }));
  expect(chance({ auto_make: "never seen before" })).toBeGreaterThan(0);
});

test("counts what claims were taken for", () => {
  const evaluation = evaluate([0.9, 0.8, 0.2, 0.4, 0.5], [1, 0, 1, 0, 1]);
  expect(evaluation.matrix).toEqual({ truePositives: 2, falsePositives: 1, falseNegatives: 1, trueNegatives: 1 });
  expect(evaluation.precision).toBeCloseTo(2 / 3);
  expect(evaluation.recall).toBeCloseTo(2 / 3);
  expect(evaluation.accuracy).toBeCloseTo(3 / 5);
  expect(evaluate([0.1], [0])).toMatchObject({ precision: 0, recall: 0, f1: 0, accuracy: 1 });
  expect(confusionPicture(evaluation.matrix)).toMatch(/^<svg [\s\S]*<\/svg>$/);
});
