import { exactNumber } from "@ostinato/core";
import { expect, test } from "vitest";
import { drawnSchema } from "./drawn-schema.ts";
import { fromFormData, toFormData } from "./form-data.ts";
import { problemsIn } from "./form-problems.ts";

const drawn = drawnSchema({
  type: "object",
  required: ["city"],
  properties: {
    city: { type: "string", pattern: "^[a-z]+$", minLength: 2 },
    depth: { type: "integer", minimum: 1, maximum: 12 },
    any: { type: "integer", maximum: Number.MAX_SAFE_INTEGER },
    since: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
    cities: { type: "array", minItems: 2, items: { $ref: "#/$defs/City" } },
    by: { anyOf: [{ $ref: "#/$defs/City" }, { type: "integer", minimum: 5 }] },
    model: { enum: ["trees", "linear"] },
    labels: { type: "object" },
  },
  $defs: { City: { type: "object", required: ["name"], properties: { name: { type: "string" } } } },
});

function told(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const problems = drawn === undefined ? [] : problemsIn(drawn, toFormData({ city: "oslo", ...values }));
  return Object.fromEntries(problems.map(({ path, message }) => [path.join("."), message]));
}

test.each([
  [{ city: undefined }, { city: "This field is required." }],
  [{}, {}],
  [{ depth: "many" }, { depth: "Write a whole number." }],
  [{ depth: 2.5 }, { depth: "Write a whole number." }],
  [{ depth: 0 }, { depth: "At least 1." }],
  [{ depth: 13 }, { depth: "At most 12." }],
  [{ depth: 12 }, {}],
  [{ depth: exactNumber("12.0") }, {}],
  [{ depth: exactNumber("13.0") }, { depth: "At most 12." }],
  [{ any: exactNumber("12345678901234567890") }, {}],
  [{ since: null }, {}],
  [{ city: "x" }, { city: "At least 2 characters." }],
  [{ cities: [{}] }, { cities: "At least 2 entries.", "cities.0.name": "This field is required." }],
  [{ cities: [{ name: "a" }, { name: undefined }] }, { "cities.1.name": "This field is required." }],
  [{ model: "forest" }, { model: "Choose one of the values." }],
  [{ labels: { any: ["thing"] } }, {}],
])("%j says %j", (values, problems) => {
  expect(told(values)).toEqual(problems);
});

test.each([
  [{ by: 3 }, { by: "At least 5." }],
  [{ by: {} }, { "by.name": "This field is required." }],
  [{ by: true }, { by: "This fits none of the choices." }],
  [{ by: { name: "a" } }, {}],
])("of several schemas the nearest speaks: %j says %j", (values, problems) => {
  expect(told(values)).toEqual(problems);
});

test("a pattern is left to whoever takes the value: not all are written as browsers read them", () => {
  expect(told({ city: "OSLO" })).toEqual({});
});

test("numbers keep their digits on the way through the form, at any depth", () => {
  const value = { id: exactNumber("9007199254740993"), list: [{ share: exactNumber("1.0") }, 3, "text"] };
  expect(JSON.stringify(toFormData(value))).toContain("9007199254740993");
  expect(fromFormData(structuredClone(toFormData(value)))).toEqual(value);
});
