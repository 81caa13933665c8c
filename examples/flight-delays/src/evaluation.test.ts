import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkpoint } from "@ostinato-examples/modelling/checkpoints";
import { literal, openDatabase } from "@ostinato-examples/modelling/duckdb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chooseModel, type Evaluation, evaluateModel } from "./evaluation.ts";
import { featureNames } from "./features.ts";
import { type ModelKind, trainModel } from "./models.ts";

let folder: string;
let flights: Checkpoint;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
  flights = { path: join(folder, "features.parquet"), rows: 1000 };
  using database = await openDatabase();
  const columns = featureNames.map((name, index) => `((i * ${index + 3}) % 24)::double AS ${name}`);
  await database.run(`
    COPY (SELECT now() AS departure, (2 * hour + 5)::double AS delay, * FROM (SELECT ${columns.join(", ")} FROM range(1000) AS t(i)))
    TO ${literal(flights.path)} (FORMAT parquet)`);
});

afterAll(() => rmSync(folder, { recursive: true }));

const evaluate = async (kind: ModelKind): Promise<Evaluation> =>
  evaluateModel(await trainModel(kind, { flights, folder }), flights);

it("measures each kind of model on flights", { timeout: 120_000 }, async () => {
  const [constant, linear, trees] = [await evaluate("constant"), await evaluate("linear"), await evaluate("trees")];
  expect(linear.meanAbsoluteError).toBeLessThan(1e-6);
  expect(linear.model.details).toMatchObject({ hour: expect.closeTo(2), intercept: expect.closeTo(5) });
  expect(trees.meanAbsoluteError).toBeLessThan(constant.meanAbsoluteError / 5);
  expect(constant.rows).toBe(1000);
  expect(constant.byHour.reduce((sum, { rows }) => sum + rows, 0)).toBe(1000);
  const actual = linear.calibration.map((part) => part.actual);
  expect(actual).toEqual(actual.toSorted((a, b) => a - b));
});

it("chooses by mean absolute error, and says when a rule of thumb is better", async () => {
  const good = await evaluate("linear");
  const poor = await evaluate("constant");
  const swapped = [
    { ...poor, model: { ...poor.model, kind: "linear" as const } },
    { ...good, model: { ...good.model, kind: "usual" as const } },
  ];
  expect(chooseModel([good, poor]).gain).toBeCloseTo(1);
  expect(chooseModel(swapped).gain).toBeLessThan(0);
});

it("says which model is gone", async () => {
  const model = await trainModel("linear", { flights, folder });
  rmSync(model.path);
  await expect(evaluateModel(model, flights)).rejects.toThrow(model.path);
});
