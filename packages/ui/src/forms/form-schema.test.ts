import { exactNumber } from "@ostinato/core";
import { expect, test } from "vitest";
import { type FormField, formFields, problemWith } from "./form-schema.ts";

const schema = {
  type: "object",
  required: ["city", "depth", "note"],
  properties: {
    city: { type: "string", title: "City", description: "Where it is" },
    depth: { type: "integer", minimum: 1, maximum: 12, default: 6 },
    model: { $ref: "#/$defs/Model" },
    since: { anyOf: [{ type: "string", format: "date" }, { type: "null" }], default: null },
    token: { type: "string", format: "password" },
    draft: { type: "boolean" },
    note: { anyOf: [{ type: "string" }, { type: "integer" }] },
    filter: { type: "object", properties: { from: { type: "string" } } },
    any: { type: "integer", maximum: Number.MAX_SAFE_INTEGER },
  },
  $defs: { Model: { enum: ["trees", "linear"] } },
};
const field = (name: string): FormField => {
  const found = formFields(schema)?.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
};

test.each([
  ["city", { kind: "text", multiline: false, secret: false }],
  ["depth", { kind: "number", whole: true, least: 1, most: 12 }],
  ["model", { kind: "choice", choices: ["trees", "linear"] }],
  ["since", { kind: "date", withTime: false }],
  ["token", { kind: "text", multiline: false, secret: true }],
  ["draft", { kind: "switch" }],
  ["note", { kind: "json" }],
  ["filter", { kind: "json" }],
  ["any", { kind: "number", whole: true }],
])("%s gets its control", (name, control) => {
  expect(field(name).control).toEqual(control);
});

test("a property with a default is not needed, one without is", () => {
  expect(field("city")).toMatchObject({ label: "City", description: "Where it is", required: true });
  expect(field("depth")).toMatchObject({ label: "depth", required: false, fallback: 6 });
});

test.each([
  ["city", undefined, "This is needed."],
  ["depth", undefined, undefined],
  ["depth", "many", "Write a number."],
  ["depth", 2.5, "Write a whole number."],
  ["depth", 0, "At least 1."],
  ["depth", 13, "At most 12."],
  ["depth", 12, undefined],
  ["depth", exactNumber("12.0"), undefined],
  ["depth", exactNumber("13.0"), "At most 12."],
  ["any", exactNumber("12345678901234567890"), undefined],
])("%s being %s says %s", (name, value, problem) => {
  expect(problemWith(field(name), value)).toBe(problem);
});

test("bounds may be written as fractions, as Python does", () => {
  const [share] =
    formFields({
      properties: { share: { type: "number", minimum: exactNumber("0.0"), maximum: exactNumber("1.0") } },
    }) ?? [];
  expect(share?.control).toEqual({ kind: "number", whole: false, least: 0, most: 1 });
});

test("what says no properties has no form", () => {
  expect(formFields({ type: "object" })).toBeUndefined();
  expect(formFields(null)).toBeUndefined();
});
