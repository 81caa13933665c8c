import { expect, test } from "vitest";
import { culprit } from "./cause.rules.ts";

const calls = [
  { message: "Task run encountered an exception KeyError: 'a'" },
  { message: "Task run encountered an exception ValueError: boom" },
];

test.each([
  ["the task whose error reached the flow", "Flow run encountered an exception: ValueError: boom", calls[1]],
  ["the first task when the flow only counts", "2/5 states failed.", calls[0]],
  ["the first task when the flow says nothing", null, calls[0]],
  [
    "the task that is named where the flow says that another did not start",
    `Task run "report" did not start: "fit", which it needs, did not complete (ValueError: boom).`,
    calls[1],
  ],
  [
    "the first task when Prefect's client only says that another did not start",
    "Flow run encountered an exception: UnfinishedRun: Run is in PENDING state",
    calls[0],
  ],
  ["no task when the flow failed by itself", "Flow run encountered an exception: ZeroDivisionError: 1/0", undefined],
])("the culprit is %s", (_, message, expected) => {
  expect(culprit(calls, message)).toBe(expected);
});

test("a task that failed because another one did is not the cause", () => {
  const symptom = {
    message: "Task run encountered an exception UpstreamTaskError: Upstream task run 'a' did not reach a final state",
  };
  expect(culprit([symptom, ...calls], "2/5 states failed.")).toBe(calls[0]);
  expect(culprit([symptom], null)).toBe(symptom);
});

test("long errors are known by their beginnings", () => {
  const long = { message: `ValueError: ${"x".repeat(1900)}` };
  expect(culprit([...calls, long], `Task 'fit' failed: ${long.message}`.slice(0, 1000))).toBe(long);
});
