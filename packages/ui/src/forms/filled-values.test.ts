import { exactNumber } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { drawnSchema } from "./drawn-schema.ts";
import { filledValues, schemaForValues } from "./filled-values.ts";

function filled(schema: object, given: Readonly<Record<string, unknown>> = {}): unknown {
  return filledValues(drawnSchema(schema), given);
}

describe("a form begins", () => {
  test("with the given values, then the defaults, in the order of the schema", () => {
    const properties = {
      a: { type: "string", default: "x" },
      b: { type: "integer", default: 1 },
      c: { type: "string" },
    };
    const values = filled({ properties }, { other: true, b: 7 });
    expect(JSON.stringify(values)).toBe('{"a":"x","b":7,"other":true}');
  });

  test("with numbers as they are written", () => {
    const values = filled({
      properties: { place: { prefixItems: [{ type: "number" }], default: [exactNumber("1.0")] } },
    });
    expect(JSON.stringify(values)).toBe('{"place":[1.0]}');
  });

  test("with false for a yes or no that is needed, and no value for any other", () => {
    const properties = { must: { type: "boolean" }, may: { type: "boolean" }, path: { type: "string" } };
    expect(filled({ required: ["must", "path"], properties })).toEqual({ must: false });
  });

  test("with the only value of a constant that is needed", () => {
    const properties = { kind: { const: "daily" }, other: { const: "once" } };
    expect(filled({ required: ["kind"], properties })).toEqual({ kind: "daily" });
  });

  test("with the defaults within an object that is needed", () => {
    const config = { type: "object", properties: { depth: { type: "integer", default: 6 }, name: { type: "string" } } };
    expect(filled({ required: ["config"], properties: { config } })).toEqual({ config: { depth: 6 } });
    expect(filled({ properties: { config } })).toEqual({});
  });

  test.each([
    ["null where null is not allowed", { type: "string", format: "date", default: null }],
    ["one that its own schema refuses", { type: "string", default: 5 }],
    ["a mask of pydantic", { type: "string", default: "**********" }],
    ["a mask of a secret, of any length", { type: "string", format: "password", writeOnly: true, default: "*" }],
  ])("without a default that can't be sent: %s", (_, a) => {
    expect(filled({ properties: { a } })).toEqual({});
  });

  test("with asterisks that are not a mask", () => {
    expect(filled({ properties: { files: { type: "string", default: "**" } } })).toEqual({ files: "**" });
  });

  test("without the masks of another run's secrets, at any depth", () => {
    const properties = {
      login: { type: "object", properties: { user: { type: "string" }, password: { type: "string" } } },
    };
    const given = { login: { user: "ann", password: "********" }, keys: ["a", "********"], token: "********" };
    expect(filled({ properties }, given)).toEqual({ login: { user: "ann" } });
  });

  test("with the given values alone where the schema says nothing", () => {
    expect(filledValues(undefined, { a: 1 })).toEqual({ a: 1 });
  });
});

describe("values that a control can't show are written as JSON", () => {
  const schema = drawnSchema({
    properties: {
      name: { type: "string", title: "Name", description: "Of the file", default: "x" },
      depth: { type: "integer" },
      list: { type: "array", items: { type: "string" } },
      group: { type: "object", properties: { a: { type: "string" } } },
      either: { anyOf: [{ type: "string" }, { type: "object", properties: { a: { type: "string" } } }] },
    },
  });
  const drawnFor = (values: Readonly<Record<string, unknown>>, name: string) =>
    Object(schema === undefined ? {} : schemaForValues(schema, { values, defaults: values }).properties)[name];
  const recipe = { __prefect_kind: "jinja", template: "{{ flow_run.name }}" };

  test.each([
    ["a recipe", { name: recipe }, "name"],
    ["a recipe in a list", { list: ["a", recipe] }, "list"],
    ["a recipe in an object", { group: { a: recipe } }, "group"],
    ["an object for one value", { depth: { a: 1 } }, "depth"],
    ["one value for a list", { list: "a" }, "list"],
    ["a list for an object", { group: [] }, "group"],
  ])("%s", (_, values, name) => {
    expect(drawnFor(values, name)).toMatchObject({ "x-json": true });
    expect(drawnFor(values, name)).not.toHaveProperty("default");
  });

  test("also where only the default is one that it can't show", () => {
    const drawn =
      schema === undefined ? undefined : schemaForValues(schema, { values: { name: "y" }, defaults: { name: recipe } });
    expect(Object(drawn?.properties).name).toMatchObject({ "x-json": true });
  });

  test("under their title and description", () => {
    expect(drawnFor({ name: recipe }, "name")).toEqual({ title: "Name", description: "Of the file", "x-json": true });
  });

  test.each([
    ["one value", { name: "y" }, "name"],
    ["a list", { list: [] }, "list"],
    ["an object", { group: { a: "b" } }, "group"],
    ["an object that is one of several schemas", { either: { a: "b" } }, "either"],
  ])("but not %s, which is what a cleared field takes", (_, values, name) => {
    expect(drawnFor(values, name)).not.toHaveProperty("x-json");
    expect(drawnFor(values, name)).toMatchObject({ default: Object.values(values)[0] });
  });
});
