import { type } from "arktype";
import { Type } from "typebox";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { jsonSchemaOf } from "./parameter-schema.ts";
import type { ParameterSchema } from "./parameters.ts";

async function properties(schema: ParameterSchema): Promise<Readonly<Record<string, unknown>>> {
  const made = await jsonSchemaOf(schema);
  return (made as { readonly properties: Readonly<Record<string, unknown>> }).properties;
}

const isGood = () => true;

describe.each<[string, ParameterSchema]>([
  [
    "zod",
    z.object({
      name: z.string(),
      loose: z.string().regex(/^a/i),
      exact: z.string().regex(/^b/),
      when: z.date(),
      large: z.bigint(),
      checked: z.string().refine(isGood),
      custom: z.custom(isGood),
      both: z.union([z.string(), z.number()]),
      maybe: z.string().nullable(),
      depth: z.number().default(4),
      nested: z.object({ when: z.date(), custom: z.custom(isGood) }),
    }),
  ],
  [
    "valibot",
    v.object({
      name: v.string(),
      loose: v.pipe(v.string(), v.regex(/^a/i)),
      exact: v.pipe(v.string(), v.regex(/^b/)),
      when: v.date(),
      large: v.bigint(),
      checked: v.pipe(v.string(), v.check(isGood)),
      custom: v.custom(isGood),
      both: v.union([v.string(), v.number()]),
      maybe: v.nullable(v.string()),
      depth: v.optional(v.number(), () => 4),
      nested: v.object({ when: v.date(), custom: v.custom(isGood) }),
    }),
  ],
  [
    "arktype",
    type({
      name: "string",
      loose: /^a/i,
      exact: /^b/,
      when: "Date",
      large: "bigint",
      checked: type("string").narrow(isGood),
      custom: type.instanceOf(Set),
      both: "string|number",
      maybe: "string|null",
      depth: "number=4",
      nested: { when: "Date", custom: type.instanceOf(Set) },
    }),
  ],
])("the schema of %s", (_library, schema) => {
  test("has each field, though JSON Schema can't say all of them", async () => {
    const found = await properties(schema);
    expect(found).toMatchObject({
      name: { type: "string" },
      exact: { type: "string", pattern: "^b" },
      when: { type: "string", format: "date-time" },
      large: { type: "integer" },
      checked: { type: "string" },
      maybe: { anyOf: [{ type: "string" }, { type: "null" }] },
      depth: { type: "number", default: 4 },
      nested: { properties: { when: { type: "string", format: "date-time" }, custom: {} } },
    });
    expect(found.custom).toEqual({});
    expect(new Set((found.both as { anyOf: { type: string }[] }).anyOf.map((one) => one.type))).toEqual(
      new Set(["string", "number"]),
    );
  });

  test("leaves a pattern out of which it would lose the flags", async () => {
    expect((await properties(schema)).loose).toEqual({ type: "string" });
  });

  test("does not ask for what has a default", async () => {
    const { required } = (await jsonSchemaOf(schema)) as { readonly required: readonly string[] };
    expect(required).toContain("name");
    expect(required).not.toContain("depth");
  });
});

test("a second pattern goes with one that has flags, since their order is not known", async () => {
  const schema = z.object({ code: z.string().min(2).regex(/^a/).regex(/b$/i) });
  expect((await properties(schema)).code).toEqual({ type: "string", minLength: 2 });
});

test("a value that may be undefined in arktype is what it is otherwise", async () => {
  expect((await properties(type({ name: "string|undefined" }))).name).toEqual({ type: "string" });
});

test("a transformation is described by what goes in", async () => {
  const tags = (text: string) => text.split(",");
  const anyText = { type: "string" };
  expect((await properties(z.object({ tags: z.string().transform(tags).default([]) }))).tags).toEqual(anyText);
  expect((await properties(v.object({ tags: v.pipe(v.string(), v.transform(tags)) }))).tags).toEqual(anyText);
  const ark = type({ tags: type("string").pipe(tags) });
  expect((await properties(ark)).tags).toEqual(anyText);
});

test("types of TypeBox that JSON does not have are those that stand for them", async () => {
  const schema = Type.Object({
    large: Type.BigInt({ title: "Large" }),
    maybe: Type.Union([Type.String(), Type.Undefined()]),
    pattern: Type.String({ pattern: /^a/i }),
    pair: Type.Tuple([Type.String(), Type.Number()]),
    fallback: Type.Object({}, { default: { type: ["kept", "as it is"] } }),
  });
  expect(await properties(schema)).toMatchObject({
    large: { type: "integer", title: "Large" },
    maybe: { type: "string" },
    pattern: { type: "string" },
    pair: { type: "array", items: [{ type: "string" }, { type: "number" }] },
    fallback: { default: { type: ["kept", "as it is"] } },
  });
  expect((await properties(schema)).pattern).not.toHaveProperty("pattern");
});

test("a library that says JSON Schema by the standard alone is asked by it", async () => {
  const schema = {
    "~standard": {
      version: 1,
      vendor: "someone",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => ({ type: "object", properties: { a: { type: ["string", "null"], minLength: 1 } } }) },
    },
  };
  expect(await properties(schema as unknown as ParameterSchema)).toEqual({
    a: { anyOf: [{ type: "string", minLength: 1 }, { type: "null" }] },
  });
});
