import { exactNumber } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { drawnSchema } from "./drawn-schema.ts";

const schema = {
  type: "object",
  required: ["city", "depth", "note"],
  properties: {
    city: { type: "string", title: "City", description: "Where it is" },
    depth: { type: "integer", minimum: 1, maximum: 12, default: 6 },
    model: { $ref: "#/$defs/Model" },
    since: { anyOf: [{ type: "string", format: "date" }, { type: "null" }], default: null },
    until: { type: ["string", "null"], format: "date-time" },
    token: { type: "string", format: "password", default: "**********", writeOnly: true },
    draft: { type: "boolean" },
    note: { anyOf: [{ type: "string" }, { type: "integer" }] },
    amount: { type: ["number", "string"] },
    filter: { type: "object", properties: { from: { type: "string" } } },
    cities: { type: "array", items: { $ref: "#/definitions/City" }, minItems: 1 },
    place: { prefixItems: [{ type: "number" }, { type: "number" }] },
    labels: { type: "object", additionalProperties: { type: "string" } },
    anything: {},
    any: { type: "integer", maximum: Number.MAX_SAFE_INTEGER },
    tree: { $ref: "#/$defs/Tree" },
    kind: { anyOf: [{ const: "fast" }, { const: "exact" }, { type: "null" }] },
  },
  $defs: {
    Model: { enum: ["trees", "linear"] },
    Tree: { type: "object", properties: { name: { type: "string" }, left: { $ref: "#/$defs/Tree" } } },
  },
  definitions: { City: { type: "object", title: "City", properties: { name: { type: "string" } } } },
};

function property(name: string): unknown {
  return Object(drawnSchema(schema)?.properties)[name];
}

describe("a schema is drawn", () => {
  test.each([
    ["city", { type: "string", title: "City", description: "Where it is" }],
    ["depth", { type: "integer", minimum: 1, maximum: 12, default: 6 }],
    ["model", { enum: ["trees", "linear"] }],
    ["since", { type: "string", format: "date", "x-nullable": true }],
    ["until", { type: "string", format: "date-time", "x-nullable": true }],
    ["token", { type: "string", format: "password" }],
    ["draft", { type: "boolean" }],
    [
      "note",
      {
        anyOf: [
          { title: "Text", type: "string" },
          { title: "Whole number", type: "integer" },
        ],
      },
    ],
    [
      "amount",
      {
        anyOf: [
          { title: "Number", type: "number" },
          { title: "Text", type: "string" },
        ],
      },
    ],
    ["filter", { type: "object", properties: { from: { type: "string" } }, required: [] }],
    [
      "cities",
      {
        type: "array",
        minItems: 1,
        items: { type: "object", title: "City", properties: { name: { type: "string" } }, required: [] },
      },
    ],
    ["place", { type: "array", items: [{ type: "number" }, { type: "number" }], additionalItems: false }],
    ["labels", { "x-json": true }],
    ["anything", { "x-json": true }],
    ["any", { type: "integer" }],
    ["kind", { enum: ["fast", "exact"] }],
  ])("%s", (name, drawn) => {
    expect(property(name)).toMatchObject(drawn);
  });

  test("without a default that is not a value to send: nothing, or the asterisks of a secret", () => {
    expect(property("since")).not.toHaveProperty("default");
    expect(property("token")).not.toHaveProperty("default");
  });

  test("to where it refers to itself, which is written as JSON", () => {
    expect(property("tree")).toMatchObject({ properties: { name: { type: "string" }, left: { "x-json": true } } });
  });

  test("with one choice for each schema of a union, which its constant tells from the others", () => {
    const union = drawnSchema({
      properties: {
        by: { discriminator: { propertyName: "kind" }, oneOf: [{ $ref: "#/$defs/Day" }, { $ref: "#/$defs/Hour" }] },
      },
      $defs: {
        Day: { type: "object", title: "Each day", properties: { kind: { const: "day" }, at: { type: "string" } } },
        Hour: { type: "object", properties: { kind: { const: "hour" }, minute: { type: "integer" } } },
      },
    });
    expect(union?.properties).toMatchObject({
      by: {
        anyOf: [
          { title: "Each day", properties: { kind: { const: "day" } } },
          { title: "Hour", properties: { kind: { const: "hour" } } },
        ],
      },
    });
  });

  test("with what is needed, which is not what has a default", () => {
    expect(drawnSchema(schema)?.required).toEqual(["city", "note"]);
  });

  test("in the order that is given", () => {
    const properties = { second: { type: "string", position: 1 }, first: { type: "string", position: 0 } };
    expect(Object.keys(Object(drawnSchema({ properties })?.properties))).toEqual(["first", "second"]);
  });

  test("with bounds that are written as fractions, as Python does", () => {
    const share = { type: "number", minimum: exactNumber("0.0"), maximum: exactNumber("1.0") };
    expect(drawnSchema({ properties: { share } })?.properties).toMatchObject({ share: { minimum: 0, maximum: 1 } });
  });

  test("only where it says properties", () => {
    expect(drawnSchema({ type: "object" })).toBeUndefined();
    expect(drawnSchema(null)).toBeUndefined();
  });
});
