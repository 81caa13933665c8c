import { expect, test } from "vitest";
import {
  formSchema,
  type JsonObject,
  jobConfiguration,
  jobPreview,
  mergedJobVariables,
  noReferences,
} from "./index.ts";

const template: JsonObject = {
  job_configuration: {
    command: "{{ command }}",
    env: "{{ env }}",
    image: "{{ image }}:{{ tag }}",
    limits: { cpu: "{{ cpu }}" },
  },
  variables: {
    type: "object",
    properties: {
      command: { type: "string" },
      env: { type: "object", default: { LEVEL: "info", ZONE: "eu" } },
      image: { type: "string", default: "flows" },
      tag: { type: "string", default: "latest" },
      cpu: { type: "number" },
    },
    required: ["image"],
  },
};

test("a run's variables win over its deployment's, and those over the template's; environment variables are merged", async () => {
  const variables = mergedJobVariables(
    { env: { LEVEL: "debug", TEAM: "ml" }, tag: "1.0", cpu: 2 },
    { env: { TEAM: "data" }, tag: "1.1", command: null },
  );
  expect(await jobConfiguration(template, variables)).toEqual({
    command: null,
    env: { LEVEL: "debug", ZONE: "eu", TEAM: "data" },
    image: "flows:1.1",
    limits: { cpu: 2 },
  });
});

test("what has no value is left out", async () => {
  expect(await jobConfiguration(template, {})).toEqual({
    env: { LEVEL: "info", ZONE: "eu" },
    image: "flows:latest",
    limits: {},
  });
});

test.each([
  [
    "env",
    { env: "LEVEL=debug" },
    'The job variable `env` is "LEVEL=debug": it must be an object of environment variables',
  ],
  ["tag.x", { "tag.x": 1, "tag.x.y": 2 }, 'reaches into "x", which is 1 and not an object'],
])("an error about %s names the variable and its value", async (_field, variables, sentence) => {
  await expect(jobConfiguration(template, variables)).rejects.toThrow(sentence);
});

test("a template without its parts can't be filled", async () => {
  await expect(jobConfiguration({}, {})).rejects.toThrow("The job template of the work pool has no object `variables`");
});

test("without blocks and variables a reference says so by its name", async () => {
  const filled = (image: unknown) => jobConfiguration(template, { image, tag: "1" }, { references: noReferences });
  await expect(filled("{{ prefect.blocks.secret.registry }}/flows")).rejects.toThrow(
    'refers to the block "secret/registry"',
  );
  await expect(filled("{{ prefect.variables.registry }}")).rejects.toThrow('refers to the variable "registry"');
  const env = { CREDENTIALS: { $ref: { block_document_id: "b1" } } };
  await expect(jobConfiguration(template, { env })).rejects.toThrow('refers to the block with the id "b1"');
});

test("each block is read once", async () => {
  const asked: string[] = [];
  const block = async (type: string, name: string) => {
    asked.push(`${type}/${name}`);
    return { value: "s3cret" };
  };
  const env = { A: "{{ prefect.blocks.secret.key }}", B: "Bearer {{ prefect.blocks.secret.key }}" };
  const { env: given } = await jobConfiguration(template, { env }, { references: { ...noReferences, block } });
  expect(given).toMatchObject({ A: "s3cret", B: "Bearer s3cret" });
  expect(asked).toEqual(["secret/key"]);
});

test("a name that objects have by themselves is a variable like any other", async () => {
  const odd = JSON.parse(
    '{"job_configuration":{"a":"{{ __proto__ }}","b":"{{ constructor }}","__proto__":"{{ command }}"},"variables":{}}',
  );
  expect(await jobConfiguration(odd, {})).toEqual({});
  const given = await jobConfiguration(odd, JSON.parse('{"__proto__":{"x":1},"command":"c","__proto__.y":2}'));
  expect(JSON.stringify(given)).toBe('{"a":{"y":2,"x":1},"__proto__":"c"}');
});

test("the preview shows references as they are written, and an error as a sentence with its field", () => {
  expect(jobPreview(template, { image: "{{ prefect.variables.image }}" }, { cpu: 1 })).toEqual({
    configuration: {
      env: { LEVEL: "info", ZONE: "eu" },
      image: "{{ prefect.variables.image }}:latest",
      limits: { cpu: 1 },
    },
  });
  expect(jobPreview(template, { env: { A: "1" } }, { env: 5 })).toEqual({
    field: "env",
    problem:
      'The job variable `env` is 5: it must be an object of environment variables, such as {"LOG_LEVEL": "debug"}.',
  });
});

test("the form has the template's schema, with what is set already as its defaults", () => {
  expect(formSchema({})).toEqual({ type: "object", properties: {} });
  expect(formSchema(template)).toEqual(template.variables);
  expect(formSchema(template, { tag: "2", env: { LEVEL: "debug" }, stray: 1 })).toMatchObject({
    properties: {
      env: { default: { LEVEL: "debug", ZONE: "eu" } },
      image: { default: "flows" },
      tag: { type: "string", default: "2" },
    },
    required: ["image"],
  });
});
