import { expect, test } from "vitest";
import { inferredSchema } from "./inferred-schema.ts";

// Made from text, so that no transpiler changes how they are written.
const make = (source: string) => new Function(`return ${source}`)() as (parameters: never) => unknown;

test.each([
  { source: "async function f() {}", properties: {} },
  {
    source: "({ path, depth = 3 }) => path",
    properties: { path: { title: "path" }, depth: { title: "depth", default: 3 } },
  },
  {
    source: '({ name = "a", on = true, at = now() } = {}) => 1',
    properties: { name: { title: "name", default: "a" }, on: { title: "on", default: true }, at: { title: "at" } },
  },
  { source: "({ path: file, n = 1n }) => file", properties: { path: { title: "path" }, n: { title: "n" } } },
])("the names and literal defaults of $source", ({ source, properties }) => {
  expect(inferredSchema(make(source))).toEqual({ type: "object", properties });
});

test("a function that takes the rest may be given other names too", () => {
  expect(inferredSchema(make("({ path, ...rest }) => rest"))).toEqual({
    type: "object",
    properties: { path: { title: "path" } },
    additionalProperties: true,
  });
});

test("nothing is known of parameters that are taken as a whole", () => {
  expect(inferredSchema(make("(parameters) => parameters.path"))).toBeUndefined();
});
