import { expect, test } from "vitest";
import { drawnSchema } from "./drawn-schema.ts";
import { withConstant, writtenIn } from "./written-data.ts";

const schema = drawnSchema({
  required: ["needed"],
  properties: {
    needed: { type: "object", properties: { a: { type: "string" } } },
    group: { type: "object", properties: { inner: { type: "object", properties: { a: { type: "string" } } } } },
    when: {
      oneOf: ["daily", "once"].map((kind) => ({
        type: "object",
        properties: { kind: { const: kind }, at: { type: "string" } },
      })),
    },
  },
});

test.each([
  ["an object in which nothing is written", { group: { inner: {} } }, {}],
  ["one that is needed", { needed: {} }, { needed: {} }],
  ["a constant alone", { when: { kind: "once" } }, {}],
  ["a constant with a value", { when: { kind: "once", at: "x" } }, { when: { kind: "once", at: "x" } }],
])("%s", (_, value, written) => {
  expect(writtenIn(value, schema)).toEqual(written);
});

test.each([
  ["beside what is written", { list: [{}, { at: "x" }] }, { list: [{}, { at: "x", kind: "once" }] }],
  ["where nothing is written", { list: [{}, { at: undefined }] }, { list: [{}, { at: undefined }] }],
  ["where another is", { list: [{}, { kind: "daily" }] }, { list: [{}, { kind: "daily" }] }],
  ["where the place is not there", { list: [] }, { list: [] }],
])("a constant %s", (_, data, changed) => {
  expect(withConstant(data, { path: ["list", 1, "kind"], value: "once" })).toEqual(changed);
});
