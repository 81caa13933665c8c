import { expect, test } from "vitest";
import { answerBase, placeInWords } from "./answer-values.ts";
import { hasFields } from "./has-fields.ts";

const stage = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, maxShare: { type: "number" } },
};
const schema = {
  type: "object",
  required: ["approved", "extra_percent"],
  properties: {
    approved: { type: "boolean" },
    loud: { type: "boolean", default: true },
    extra_percent: { type: "integer", default: 5 },
    note: { title: "A note", anyOf: [{ type: "string" }, { type: "null" }], default: null },
    stages: { type: "array", items: stage, default: [{ name: "beta" }] },
  },
};

test("a form begins with the defaults, and with no answer to a yes or no that has none", () => {
  expect(answerBase(schema).begin).toEqual({
    loud: true,
    extra_percent: 5,
    stages: [{ name: "beta" }],
  });
});

test.each([
  [["extra_percent"], "Extra percent"],
  [["note"], "A note"],
  [["stages", "1", "maxShare"], "Stages › 2 › Max share"],
  [["elsewhere", "0"], "elsewhere › 1"],
])("%j is named as the form names it: %s", (path, words) => {
  expect(placeInWords(answerBase(schema).drawn, path)).toBe(words);
});

test.each([
  [schema, true],
  [{ type: "object" }, true],
  [{ type: "object", properties: {} }, false],
  [null, false],
])("%j has fields: %s", (given, has) => {
  expect(hasFields(given)).toBe(has);
});
