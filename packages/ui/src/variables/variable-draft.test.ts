import { exactNumber } from "@ostinato/core";
import { maxVariableBytes } from "@ostinato/protocol/limits";
import { expect, test } from "vitest";
import { draftOf, emptyDraft, looksLikeJson, nameProblem, tagsIn, valueIn } from "./variable-draft.ts";

const json = (text: string) => valueIn({ ...emptyDraft, text });
const asText = (text: string) => valueIn({ ...emptyDraft, kind: "text", text });

test.each([
  ["0.8", 0.8, "a number"],
  ['"0.8"', "0.8", "a text of 3 characters"],
  ["true", true, "yes or no"],
  ["null", null, "nothing (null)"],
  ["[1, 2]", [1, 2], "a list of 2"],
  ["[]", [], "an empty list"],
  ['{"score": 0.8}', { score: 0.8 }, "an object with 1 field"],
])("%s as JSON is %j: %s", (text, value, kept) => {
  expect(json(text)).toEqual({ value, kept });
});

test("a text is kept as it is typed, with a hint where it looks like a value of JSON", () => {
  expect(asText("0.8")).toEqual({ value: "0.8", kept: "a text of 3 characters" });
  expect(looksLikeJson({ ...emptyDraft, kind: "text", text: "0.8" })).toBe(true);
  expect(looksLikeJson({ ...emptyDraft, kind: "text", text: "hello" })).toBe(false);
  expect(asText("")).toEqual({ value: "", kept: "a text of 0 characters" });
});

test("numbers keep the digits that they are written with", () => {
  const text = '{"big": 9007199254740993, "one": 1.0}';
  expect(json(text)).toMatchObject({ value: { big: exactNumber("9007199254740993"), one: exactNumber("1.0") } });
  const { value } = json(text) as { value: unknown };
  expect(draftOf({ name: "n", value, tags: [] }).text).toContain("9007199254740993");
});

test.each([
  ["", "Write a value"],
  ["hello", "This is not JSON yet"],
  [JSON.stringify("x".repeat(maxVariableBytes)), "a variable holds 1 MB at most"],
])("what can't be kept says why (%#)", (text, says) => {
  expect(json(text)).toEqual({ problem: expect.stringContaining(says) });
});

test("names are checked by the server's rule, and tags are taken apart", () => {
  expect(nameProblem("a-name_2")).toBeUndefined();
  expect(nameProblem("A name")).toBe(
    "Variable name must only contain lowercase letters, numbers, and dashes or underscores.",
  );
  expect(nameProblem("x".repeat(256))).toBe("A name has at most 255 characters.");
  expect(tagsIn({ ...emptyDraft, tags: "model, , prod,model" })).toEqual(["model", "prod"]);
});
