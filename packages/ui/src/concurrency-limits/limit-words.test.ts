import { expect, test } from "vitest";
import { countedText, rateText } from "./limit-words.ts";

test.each([
  [0.5, "1 each 2 s"],
  [1 / 3, "1 each 3 s"],
  [10 / 60, "1 each 6 s"],
  [1 / 7, "1 each 7 s"],
  [1 / 600, "1 each 10 m"],
  [1, "1 each second"],
  [2.5, "2.5 each second"],
  [1000, "1,000 each second"],
])("a rate of %d slots a second is %s", (rate, text) => {
  expect(rateText(rate)).toBe(text);
});

test.each([
  ["task:load:customer-7", "runs of the task load with the key customer-7"],
  ["flow:train", "runs of the flow train"],
  ["rate:task:report", "starts of the task report"],
  ["task:a%3Ab:x:y", "runs of the task a:b with the key x:y"],
  ["transaction:load 2024-03", "transactions with the key load 2024-03"],
  ["something else", "runs, by the code of a program"],
])("the limit %s counts %s", (name, text) => {
  expect(countedText({ kind: "key", name })).toBe(text);
});
