import { readFileSync } from "node:fs";
import { parseJson } from "@ostinato/core";
import { toJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import { Type } from "typebox";
import { Check } from "typebox/value";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type DrawnSchema, drawnSchema } from "./drawn-schema.ts";
import { filledValues } from "./filled-values.ts";
import { toFormData } from "./form-data.ts";
import { problemsIn } from "./form-problems.ts";

type Values = Readonly<Record<string, unknown>>;

function drawnOf(schema: unknown): DrawnSchema {
  const drawn = drawnSchema(schema);
  if (drawn === undefined) throw new Error("this schema is not drawn");
  return drawn;
}

function problemsOf(schema: DrawnSchema, values: Values): Values {
  const problems = problemsIn(schema, toFormData(values));
  return Object.fromEntries(problems.map(({ path, message }) => [path.join("."), message]));
}

describe("the parameters of a Python flow", () => {
  const registered = parseJson(
    readFileSync(new URL("../../test/schemas/python-parameters.json", import.meta.url), "utf8"),
  );
  const drawn = drawnOf(registered);
  const untouched = filledValues(drawn, {});
  const shape = (name: string) => Object(drawn.properties)[name];

  test("ask only for what has no default", () => {
    expect(problemsOf(drawn, untouched)).toEqual({
      path: "This field is required.",
      "home.name": "This field is required.",
      needed: "This field is required.",
    });
    const answered = { ...untouched, path: "trips.csv", home: { name: "Oslo" }, needed: 1 };
    expect(problemsOf(drawn, answered)).toEqual({});
  });

  test("begin with their defaults, and never with asterisks", () => {
    expect(JSON.stringify(untouched)).not.toContain("**");
    expect(untouched).toMatchObject({
      must: false,
      depth: 6,
      flag: false,
      wait: "PT1H30M",
      amount: "1.50",
      by: { kind: "daily", hour: 6 },
      mode: "fast",
      letter: "a",
      cities: [],
      note: "x",
      when: "2026-03-29T02:30:00Z",
      at: "08:00:00",
      config: { depth: 6, city: { name: "Oslo", population: null } },
      files: "*",
      ids: [1],
    });
    expect(JSON.stringify(untouched.place)).toBe("[1.0,2.0]");
    for (const name of ["day", "limit", "uid", "since", "token", "anything", "untyped"])
      expect(untouched).not.toHaveProperty(name);
  });

  test.each([
    ["Optional[date]", "since", { type: "string", format: "date", "x-nullable": true }],
    ["date = None", "day", { type: "string", format: "date" }],
    ["timedelta", "wait", { type: "string", format: "duration" }],
    ["time", "at", { type: "string", format: "time" }],
    ["SecretStr", "token", { type: "string", format: "password" }],
    ["Decimal", "amount", { anyOf: [{ type: "number" }, { type: "string" }] }],
    ["Tuple", "place", { type: "array", items: [{ type: "number" }, { type: "number" }], additionalItems: false }],
    ["a discriminated union", "by", { anyOf: [{ title: "Daily" }, { title: "Once" }] }],
    ["Any", "needed", { "x-json": true }],
    ["an Enum", "mode", { enum: ["fast", "exact"], default: "fast" }],
    ["a Literal", "letter", { enum: ["a", "b"] }],
    ["a list of models", "cities", { type: "array", items: { type: "object", required: ["name"] } }],
    ["a model that refers to itself", "tree", { properties: { label: { type: "string" }, left: { "x-json": true } } }],
    ["a dict", "labels", { "x-json": true }],
    ["a parameter without a type", "untyped", { "x-json": true }],
  ])("%s", (_, name, drawn) => {
    expect(shape(name)).toMatchObject(drawn);
  });
});

const zodParameters = z.object({
  path: z.string().default("trips.csv"),
  depth: z.int().default(6),
  maybe: z.string().nullable().default(null),
  either: z.union([z.string(), z.number()]).default(5),
  text: z.string().transform(Number).default(5),
  place: z.tuple([z.number(), z.number()]).default([1, 2]),
  mode: z.enum(["fast", "exact"]).default("fast"),
  when: z.iso.datetime().optional(),
  nested: z.object({ depth: z.number().default(1) }).optional(),
  flag: z.boolean(),
  literal: z.literal("x"),
  config: z.object({ depth: z.number().default(1), name: z.string().optional() }),
  any: z.any().optional(),
});
const valibotParameters = v.object({
  path: v.optional(v.string(), "trips.csv"),
  maybe: v.optional(v.nullable(v.string()), null),
  either: v.optional(v.union([v.string(), v.number()]), 5),
  place: v.optional(v.tuple([v.number(), v.number()]), [1, 2]),
  mode: v.optional(v.picklist(["fast", "exact"]), "fast"),
  by: v.optional(v.variant("kind", [v.object({ kind: v.literal("daily"), hour: v.number() })])),
  flag: v.boolean(),
});
const arktypeParameters = type({
  path: "string = 'trips.csv'",
  either: "string | number = 5",
  mode: "'fast' | 'exact' = 'fast'",
  "maybe?": "string | null",
  "place?": ["number", "number"],
  flag: "boolean",
});
const typeboxParameters = Type.Object({
  path: Type.String({ default: "trips.csv" }),
  mode: Type.Union([Type.Literal("fast"), Type.Literal("exact")], { default: "fast" }),
  place: Type.Tuple([Type.Number(), Type.Number()], { default: [1, 2] }),
  maybe: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  flag: Type.Boolean(),
});

describe.each<[string, object, (values: Values) => boolean]>([
  [
    "zod",
    z.toJSONSchema(zodParameters, { io: "input", unrepresentable: "any" }),
    (values) => zodParameters.safeParse(values).success,
  ],
  [
    "valibot",
    toJsonSchema(valibotParameters, { typeMode: "input" }),
    (values) => v.safeParse(valibotParameters, values).success,
  ],
  ["arktype", arktypeParameters.toJsonSchema(), (values) => !(arktypeParameters(values) instanceof type.errors)],
  ["TypeBox", typeboxParameters, (values) => Check(typeboxParameters, values)],
])("a form of %s", (_library, schema, accepts) => {
  const drawn = drawnOf(schema);
  const untouched = filledValues(drawn, {});

  test("that nobody has touched has no problem, and the library takes it", () => {
    expect(problemsOf(drawn, untouched)).toEqual({});
    expect(accepts(untouched)).toBe(true);
  });

  test("begins with the defaults, and false for a yes or no", () => {
    expect(untouched).toMatchObject({ path: "trips.csv", mode: "fast", flag: false });
  });

  test("has choices, tuples and what may be null", () => {
    const properties = Object(drawn.properties);
    expect(new Set(properties.mode.enum)).toEqual(new Set(["fast", "exact"]));
    expect(properties.place).toMatchObject({ items: [{ type: "number" }, { type: "number" }], additionalItems: false });
    expect(properties.maybe).toMatchObject({ type: "string", "x-nullable": true });
  });
});
