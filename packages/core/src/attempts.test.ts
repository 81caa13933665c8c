import { expect, test } from "vitest";
import { attemptsOf } from "./attempts.ts";
import type { StateType } from "./states.ts";

const state = (type: StateType, name: string, timestamp: number) => ({ type, name, timestamp });

test("attempts are told apart by what came between them", () => {
  const attempts = attemptsOf([
    state("PENDING", "Pending", 0),
    state("RUNNING", "Running", 1),
    state("SCHEDULED", "AwaitingRetry", 2),
    state("RUNNING", "Retrying", 3),
    state("PAUSED", "Paused", 4),
    state("RUNNING", "Running", 5),
    state("COMPLETED", "Completed", 6),
  ]);
  expect(attempts.map(({ number, outcome, start, end }) => [number, outcome.name, start, end])).toEqual([
    [1, "AwaitingRetry", 1, 2],
    [2, "Completed", 3, 6],
  ]);
});

test("an attempt that goes on has no end, and waiting is none", () => {
  expect(attemptsOf([state("PENDING", "Pending", 0)])).toEqual([]);
  expect(attemptsOf([state("RUNNING", "Running", 1)])).toMatchObject([
    { number: 1, end: null, outcome: { name: "Running" } },
  ]);
});

test("a suspended run goes on in the same attempt, and one that is lost in another", () => {
  const attempts = attemptsOf([
    state("RUNNING", "Running", 1),
    state("PAUSED", "Suspended", 2),
    state("SCHEDULED", "Resuming", 3),
    state("PENDING", "Pending", 4),
    state("RUNNING", "Running", 5),
    state("CRASHED", "Crashed", 6),
    state("SCHEDULED", "AwaitingRetry", 7),
    state("PENDING", "Pending", 8),
    state("RUNNING", "Running", 9),
  ]);
  expect(attempts.map(({ number, start, end }) => [number, start, end])).toEqual([
    [1, 1, 6],
    [2, 9, null],
  ]);
});
