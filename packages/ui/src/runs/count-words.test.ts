import { expect, test } from "vitest";
import { countWords } from "./count-words.ts";

test("task runs are counted in words, the most urgent first", () => {
  expect(countWords({ COMPLETED: 1999, PENDING: 1, FAILED: 1 })).toBe("1 failed · 1 not started · 1,999 done");
  expect(countWords({ RUNNING: 2, CRASHED: 1, PAUSED: 0 })).toBe("1 crashed · 2 running");
  expect(countWords({})).toBe("");
});
