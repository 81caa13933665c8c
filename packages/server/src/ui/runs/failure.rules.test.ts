import { expect, test } from "vitest";
import { failureText } from "./failure.rules.ts";

const python = `Encountered exception during execution: ValueError('boom')
Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/prefect/task_engine.py", line 880, in run_context
    yield self
  File "/home/ada/flows/train.py", line 12, in fit
    raise ValueError("boom")
ValueError: boom`;

test("a failure told by the state needs no log", () => {
  const details = {
    error_name: "TypeError",
    error_stack: "TypeError: x\n  at fit (/w/train.ts:3:1)",
    error_location: "at fit (/w/train.ts:3:1)",
  };
  expect(failureText({ message: "x", details }, [python])).toEqual({
    message: "x",
    location: "at fit (/w/train.ts:3:1)",
    traceback: "TypeError: x\n  at fit (/w/train.ts:3:1)",
  });
});

test("a Python traceback is found in the log, with the last frame of one's own code", () => {
  const state = { message: "Task run encountered an exception ValueError: boom", details: {} };
  const { message, location, traceback } = failureText(state, ["nothing here", python]);
  expect(message).toBe("ValueError: boom");
  expect(location).toBe("at fit (/home/ada/flows/train.py:12)");
  expect(traceback).toMatch(/^Traceback/);
});

test("an error of several megabytes is told by its beginning", () => {
  const { message, traceback } = failureText({ message: "x".repeat(3_000_000), details: {} }, [
    `${python}${"y".repeat(3_000_000)}`,
  ]);
  expect(message).toMatch(/^x{16384}… \(2983616 more characters\)$/);
  expect(traceback?.length).toBeLessThan(66_000);
});

test("a failure that says nothing says so", () => {
  expect(failureText({ message: null, details: {} }, [])).toMatchObject({ location: null, traceback: null });
});
