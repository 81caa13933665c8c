import { parseJson } from "@ostinato/core";
import { expect, test } from "vitest";
import type { FlowRunPage } from "../api/types.ts";
import { pythonLiteral, resumeCommand, startCommand, starterOf } from "./start-commands.ts";

const page = (labels: Record<string, string>, flowName: string) =>
  ({ flow_run: { id: "0199", labels }, flow: { name: flowName } }) as unknown as FlowRunPage;

test("a run of our own SDK is started by our command, with the file that it told", () => {
  const run = page({ "ostinato.entrypoint": "flows/train.ts" }, "train");
  expect(resumeCommand(starterOf(run), run)).toBe("npx --no ostinato run flows/train.ts:train --resume 0199");
  expect(startCommand(starterOf(run), run, {})).toBe("npx --no ostinato run flows/train.ts:train");
  expect(startCommand(starterOf(run), run, { month: "it's May" })).toBe(
    `npx --no ostinato run flows/train.ts:train -P '{"month":"it'\\''s May"}'`,
  );
});

test("a run of Prefect's client is started by Prefect's command or by Python, with Python's values", () => {
  const run = page({ "prefect.flow.id": "0198" }, "train-model");
  expect(resumeCommand(starterOf(run), run)).toBe("prefect flow-run retry 0199 --entrypoint your_flows.py:train_model");
  expect(startCommand(starterOf(run), run, { month: "2021-01", deep: true, rows: [1, null] })).toBe(
    `python -c 'from your_flows import train_model; train_model(month="2021-01", deep=True, rows=[1, None])'`,
  );
  const odd = page({}, "Train the model!");
  expect(startCommand(starterOf(odd), odd, {})).toBe("python -c 'from your_flows import your_flow; your_flow()'");
});

test("values are written as Python writes them", () => {
  expect(pythonLiteral({ a: { b: false }, "c d": 'e "f"', g: 1.5 })).toBe(
    '{"a": {"b": False}, "c d": "e \\"f\\"", "g": 1.5}',
  );
  const digits = '{"customer": 9007199254740993, "shares": [1.0, 2]}';
  expect(pythonLiteral(parseJson(digits))).toBe(digits);
});
