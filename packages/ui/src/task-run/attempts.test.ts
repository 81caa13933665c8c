import { expect, test } from "vitest";
import type { State } from "../api/types.ts";
import { attemptsOf } from "./attempts.ts";

const state = (type: State["type"], name: string, second: number): State => ({
  id: String(second),
  type,
  name,
  timestamp: `2026-01-01T00:00:0${second}Z`,
  message: null,
  data: null,
  state_details: {},
});

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
  expect(
    attempts.map(({ number, outcome, start, end }) => [number, outcome.name, start.slice(-3, -1), end?.slice(-3, -1)]),
  ).toEqual([
    [1, "AwaitingRetry", "01", "02"],
    [2, "Completed", "03", "06"],
  ]);
});

test("an attempt that goes on has no end, and waiting is none", () => {
  expect(attemptsOf([state("PENDING", "Pending", 0)])).toEqual([]);
  expect(attemptsOf([state("RUNNING", "Running", 1)])).toMatchObject([
    { number: 1, end: null, outcome: { name: "Running" } },
  ]);
});
