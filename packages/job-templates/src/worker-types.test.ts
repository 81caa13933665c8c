import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { templateProblem, templateWarnings } from "./index.ts";
import { workerMetadata, workerType, workerTypes } from "./worker-types.ts";

const words = [
  "title",
  "description",
  "display_name",
  "documentation_url",
  "install_command",
  "logo_url",
  "example",
  "examples",
];

/** Variables that only workers of Ostinato know. */
const additions: Readonly<Record<string, readonly string[]>> = { docker: ["cpu_limit"] };

test("types, variables and job configurations are Prefect's, but for their words and our additions", () => {
  const path = join(import.meta.dirname, "../test/vectors/worker-types.json");
  const prefect: unknown = JSON.parse(readFileSync(path, "utf8"));
  expect(withoutWords(withoutAdditions())).toEqual(prefect);
});

test("each variable has a title and says what it is for", () => {
  for (const { type, default_base_job_configuration } of workerTypes) {
    for (const [name, schema] of Object.entries(Object(default_base_job_configuration.variables.properties))) {
      expect(schema, `${type}.${name}`).toMatchObject({
        title: expect.stringMatching(/^\S/),
        description: expect.stringMatching(/\.$/),
      });
    }
  }
});

test.each(workerTypes)(
  "the template of $type has neither problems nor warnings",
  ({ type, default_base_job_configuration }) => {
    expect(templateProblem(default_base_job_configuration)).toBeUndefined();
    expect(templateWarnings(default_base_job_configuration)).toEqual([]);
    expect(workerType(type)?.type).toBe(type);
  },
);

test("the types that Ostinato has workers for come first, and a type that somebody made up is not known", () => {
  expect(workerTypes.map(({ type }) => type)).toEqual([
    "process",
    "docker",
    "ecs",
    "azure-container-instance",
    "cloud-run",
    "cloud-run-v2",
    "vertex-ai",
    "kubernetes",
  ]);
  expect(workerType("made-up")).toBeUndefined();
});

function withoutAdditions(): unknown {
  const metadata = structuredClone(workerMetadata());
  for (const { type, default_base_job_configuration } of Object.values(metadata).flatMap((types) =>
    Object.values(types),
  )) {
    for (const name of additions[type] ?? []) {
      Reflect.deleteProperty(default_base_job_configuration.job_configuration, name);
      Reflect.deleteProperty(Object(default_base_job_configuration.variables.properties), name);
    }
  }
  return metadata;
}

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, part]) => !words.includes(key) || isObject(part));
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutWords(part)]));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
