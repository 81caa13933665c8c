import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson, pythonText } from "@ostinato/core";
import { expect, test } from "vitest";
import {
  fillPlaceholders,
  JobTemplateError,
  type JsonObject,
  jobConfiguration,
  mergedJobVariables,
  type References,
} from "../src/index.ts";

/** What Prefect answers: a value, nothing for a value that is left out, or the class of an error. */
type Answer = { readonly is?: unknown } | { readonly error: string };

const environment = { OSTINATO_VECTOR: "of the machine" };

test("templates are filled with values as Prefect fills them", () => {
  const lines = linesOf<[unknown, JsonObject, Answer]>("values");
  expect(lines.length).toBeGreaterThan(400);
  const different = lines.filter(([template, values, prefect]) => {
    return !isSame(answer(fillPlaceholders(template, values, environment)), prefect);
  });
  expect(different).toEqual([]);
});

test("job configurations are Prefect's, and where Prefect fails there is a sentence", async () => {
  const lines = linesOf<[JsonObject, JsonObject | null, JsonObject | null, Answer]>("configurations");
  expect(lines.length).toBeGreaterThan(200);
  const different: unknown[] = [];
  for (const [template, deployment, run, prefect] of lines) {
    const ours = await configurationOf(template, deployment, run);
    const isKnown = differences.some(({ holds }) => holds({ template, run, prefect }, ours));
    if (isSame(ours, prefect) || isKnown) continue;
    different.push([template, deployment, run, prefect, ours]);
  }
  expect(different).toEqual([]);
});

interface Case {
  readonly template: JsonObject;
  readonly run: JsonObject | null;
  readonly prefect: Answer;
}

/** Where Prefect is not followed. */
const differences: readonly { readonly reason: string; readonly holds: (one: Case, ours: Answer) => boolean }[] = [
  {
    reason: "Prefect's worker fails where a run says that its `env` is null; here that says nothing of it",
    holds: ({ run, prefect }) => run?.env === null && "error" in prefect,
  },
  {
    reason: "Prefect's worker fails for any object with a `$ref` that is not an object; here it is a value like others",
    holds: ({ template, prefect }, ours) =>
      "error" in prefect &&
      JSON.stringify(template).includes('"$ref":"text"') &&
      JSON.stringify(ours).includes('"$ref"'),
  },
];

async function configurationOf(
  template: JsonObject,
  deployment: JsonObject | null,
  run: JsonObject | null,
): Promise<Answer> {
  try {
    return answer(await jobConfiguration(template, mergedJobVariables(deployment, run), { references, environment }));
  } catch (error) {
    if (error instanceof JobTemplateError) return { error: error.message };
    throw error;
  }
}

function answer(value: unknown): Answer {
  return value === undefined ? {} : { is: value };
}

/** Python's text tells 1 from 1.0 and from true. */
function isSame(ours: Answer, prefect: Answer): boolean {
  if ("error" in prefect) return "error" in ours && ours.error.length > 20;
  return pythonText(sorted(ours)) === pythonText(sorted(prefect));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, part]) => [name, sorted(part)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const blockId = "11111111-2222-4333-8444-555555555555";
const bucket = { name: "b", values: [1, 2], open: true };

const blocks = new Map<string, JsonObject>([
  ["secret.token", { value: "s3cret" }],
  ["json.deep", { value: { key: { "nested-key": 1.5 }, list: [{ "list-key": "x" }, 1], value: "inner" } }],
  ["bucket.main", bucket],
  ["secret.null", { value: null }],
  ["secret.values", { value: { values: 3 } }],
]);

const variables = new Map<string, unknown>([
  ["region", "eu"],
  ["count", 3],
  ["flag", true],
  ["map", { a: [1, null] }],
  ["nothing", null],
  ["again", "{{ prefect.variables.region }}"],
]);

/** The blocks and variables of `vectors/make.py`. */
const references: References = {
  block: (type, name) => found(blocks.get(`${type}.${name}`), `${type}.${name}`),
  blockById: (id) => found(id === blockId ? bucket : undefined, id),
  variable: (name) => Promise.resolve(variables.get(name)),
};

function found(block: JsonObject | undefined, name: string): Promise<JsonObject> {
  if (block !== undefined) return Promise.resolve(block);
  return Promise.reject(new JobTemplateError(name, `There is no block ${name} among the test's.`));
}

function linesOf<T>(name: string): readonly T[] {
  const text = readFileSync(join(import.meta.dirname, "vectors", `${name}.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => parseJson(line) as T);
}
