import { workerTypes } from "@ostinato/job-templates/worker-types";
import { describe, expect, test } from "vitest";
import { defaultsOf, hasVariables, schemaOfDefaults, withDefaults } from "./template-draft.ts";

const template = {
  job_configuration: { image: "{{ image }}", env: "{{ env }}" },
  variables: {
    type: "object",
    required: ["image"],
    properties: {
      image: { type: "string", default: "python:3.13" },
      env: { type: "object", default: {} },
      name: { type: "string", default: null },
      command: { type: "string" },
    },
  },
};

test("the form begins with the defaults, and nothing in it is required", () => {
  expect(defaultsOf(template)).toEqual({ image: "python:3.13", env: {} });
  expect(schemaOfDefaults(template)).toMatchObject({
    required: [],
    properties: { image: { type: "string" }, command: { type: "string" } },
  });
  expect(JSON.stringify(schemaOfDefaults(template))).not.toContain("default");
});

test("what is written becomes the default, and what is emptied has none", () => {
  const changed = withDefaults(template, { image: "node:24", command: "node run.js" });
  expect(changed).toEqual({
    ...template,
    variables: {
      ...template.variables,
      properties: {
        image: { type: "string", default: "node:24" },
        env: { type: "object" },
        name: { type: "string", default: null },
        command: { type: "string", default: "node run.js" },
      },
    },
  });
});

describe("the template of each type of work pool", () => {
  test.each(workerTypes.map((type) => [type.type, type.default_base_job_configuration] as const))(
    "of %s comes out of an untouched form as it went in",
    (_, untouched) => {
      expect(hasVariables(untouched)).toBe(true);
      expect(withDefaults(untouched, defaultsOf(untouched))).toEqual(untouched);
    },
  );
});

test("a template without variables has no form", () => {
  expect(hasVariables({})).toBe(false);
  expect(defaultsOf({})).toEqual({});
});
