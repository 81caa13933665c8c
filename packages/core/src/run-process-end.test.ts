import { expect, test } from "vitest";
import { type RunProcessEnd, whyRunCrashed } from "./run-process-end.ts";

const end = (given: Partial<RunProcessEnd>): RunProcessEnd => ({
  exitCode: null,
  signal: null,
  problem: undefined,
  lastLines: [],
  sentSignal: undefined,
  ...given,
});

test.each([
  {
    title: "what the process said itself goes before everything",
    given: { exitCode: 1, problem: "train.ts has no flow.", lastLines: ["noise"] },
    says: "train.ts has no flow.",
  },
  {
    title: "the limit of Node's heap",
    given: {
      signal: "SIGABRT" as const,
      lastLines: ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
    },
    says: "The run's process ran out of memory: it reached the limit of Node's heap. Raise it with NODE_OPTIONS=--max-old-space-size=<megabytes>, or let the run hold less at once.",
  },
  {
    title: "a kill that nobody here sent",
    given: { signal: "SIGKILL" as const },
    says: "The run's process was killed by SIGKILL: somebody killed it, or the system did because memory ran out.",
  },
  {
    title: "a signal that this side sent",
    given: { signal: "SIGKILL" as const, sentSignal: "SIGKILL" as const },
    says: "The run's process was ended by SIGKILL, because the process that serves it was told to stop.",
  },
  { title: "another signal", given: { signal: "SIGSEGV" as const }, says: "The run's process was ended by SIGSEGV." },
  {
    title: "an exit code with the last lines",
    given: { exitCode: 7, lastLines: ["1", "2", "", "3", "4", "5", "6"] },
    says: "The run's process ended with exit code 7 before the run did. It last wrote:\n2\n3\n4\n5\n6",
  },
])("$title", ({ given, says }) => {
  expect(whyRunCrashed(end(given))).toBe(says);
});
