import type { StateType } from "@ostinato/core";
import { expect, test } from "vitest";
import type { State, Timeline } from "../api/types.ts";
import { runAttempts, timelineOfAttempt, timelineWithin, timeOfAttempt } from "./chosen-attempt.ts";
import { stepFrom, stepsOf } from "./failed-steps.ts";
import { linesAlong } from "./timeline/timeline-model.ts";

const state = (type: StateType, second: number): State => ({
  id: String(second),
  type,
  name: type,
  timestamp: `2026-01-01T00:00:0${second}Z`,
  message: null,
  data: null,
  state_details: {},
});

const retried = [state("RUNNING", 1), state("SCHEDULED", 2), state("RUNNING", 3), state("FAILED", 4)];

function timelineOf(
  rows: readonly {
    readonly id: string;
    readonly attempt?: number;
    readonly type?: StateType;
    readonly child?: string;
    readonly within?: number;
    readonly start?: number;
  }[],
): Timeline {
  return {
    origin: "2026-01-01T00:00:00Z",
    attempt_starts: [],
    total: rows.length,
    truncated: false,
    id: rows.map(({ id }) => id),
    name: rows.map(({ id }) => id),
    task_key: rows.map(({ id }) => id),
    task_name: rows.map(({ id }) => id),
    state_type: rows.map(({ type }) => type ?? "COMPLETED"),
    state_name: rows.map(() => null),
    expected: rows.map(() => 0),
    start: rows.map(({ start }) => start ?? 0),
    end: rows.map(() => 1),
    run_count: rows.map(() => 1),
    attempt: rows.map(({ attempt }) => attempt ?? 1),
    first_attempt: rows.map(({ attempt }) => attempt ?? 1),
    parents: rows.map(() => []),
    after: rows.map(() => []),
    within: rows.map(({ within }) => within ?? null),
    child_flow_run_id: rows.map(({ child }) => child ?? null),
    child_name: rows.map(() => null),
    segments: [],
  };
}

test.each([
  ["the last attempt unless another is chosen", retried, undefined, 2],
  ["an earlier one", retried, "1", 1],
  ["all of them", retried, "all", undefined],
  ["the last one for a number that no attempt has", retried, "7", 2],
  ["all where there is only one", retried.slice(0, 2), "1", undefined],
])("a page is about %s", (_, states, choice, chosen) => {
  expect(runAttempts(states, choice).chosen).toBe(chosen);
});

test("the timeline of an attempt has its task runs, and what they refer to among them", () => {
  const timeline: Timeline = {
    ...timelineOf([{ id: "a" }, { id: "b", attempt: 2 }, { id: "c", attempt: 2, within: 1 }]),
    parents: [[], [0], [0, 1]],
    segments: [
      [0, 0, "RUNNING", "Running"],
      [2, 1, "RUNNING", "Running"],
    ],
  };
  expect(timelineOfAttempt(timeline, 2)).toMatchObject({
    total: 2,
    id: ["b", "c"],
    parents: [[], [0]],
    within: [null, 0],
    segments: [[1, 1, "RUNNING", "Running"]],
  });
  expect(timelineOfAttempt(timeline, undefined)).toBe(timeline);
});

test("a subflow that ran in each attempt has in one of them only what it did there", () => {
  const timeline: Timeline = {
    ...timelineOf([
      { id: "sub", attempt: 2, child: "child" },
      { id: "again", attempt: 2 },
    ]),
    attempt_starts: [0, 10],
    first_attempt: [1, 2],
    start: [1, 12],
    end: [20, 13],
    segments: [
      [0, 1, "RUNNING", "Running"],
      [0, 5, "FAILED", "Failed"],
      [0, 11, "RUNNING", "Running"],
      [0, 20, "COMPLETED", "Completed"],
    ],
  };
  expect(timelineOfAttempt(timeline, 1)).toMatchObject({
    id: ["sub"],
    start: [1],
    end: [5],
    state_type: ["FAILED"],
    segments: [
      [0, 1, "RUNNING", "Running"],
      [0, 5, "FAILED", "Failed"],
    ],
  });
  expect(timelineOfAttempt(timeline, 2)).toMatchObject({
    id: ["sub", "again"],
    start: [11, 12],
    end: [20, 13],
    state_type: ["COMPLETED", "COMPLETED"],
    segments: [
      [0, 11, "RUNNING", "Running"],
      [0, 20, "COMPLETED", "Completed"],
    ],
  });
  expect(timelineOfAttempt(timeline, 2)).toBe(timelineOfAttempt(timeline, 2));
});

test("a subflow shows what it called in those of its attempts that began in the chosen one of its caller", () => {
  const at = (seconds: number) => Date.parse("2026-01-01T00:00:00Z") + seconds * 1000;
  const child: Timeline = {
    ...timelineOf([{ id: "a" }, { id: "b", attempt: 2 }, { id: "c", attempt: 3 }, { id: "new", attempt: 4 }]),
    attempt_starts: [1, 5, 60],
  };
  const within = (from: number | undefined, until: number | undefined) =>
    timelineWithin(child, { from: from && at(from), until: until && at(until) }).id;
  expect(within(undefined, 50)).toEqual(["a", "b"]);
  expect(within(50, 70)).toEqual(["c"]);
  expect(within(50, undefined)).toEqual(["c", "new"]);
  expect(timelineWithin(child, undefined)).toBe(child);
  const attempts = runAttempts(retried, "1");
  expect(timeOfAttempt(attempts)).toEqual({ from: undefined, until: Date.parse(attempts.all[1]?.start ?? "") });
});

test("the panel goes through what failed, or through all where nothing did, and around", () => {
  const steps = stepsOf(
    timelineOf([
      { id: "late", type: "FAILED", start: 5 },
      { id: "fine", start: 1 },
      { id: "early", type: "CRASHED", start: 2 },
    ]),
  );
  expect(steps).toEqual({ ids: ["early", "late"], areFailed: true });
  expect(stepFrom(steps, "early", 1)).toBe("late");
  expect(stepFrom(steps, "early", -1)).toBe("late");
  expect(stepFrom(steps, "fine", 1)).toBe("early");
  expect(stepFrom(steps, "fine", -1)).toBe("late");
  expect(
    stepsOf(
      timelineOf([
        { id: "b", start: 2 },
        { id: "a", start: 1 },
      ]),
    ),
  ).toEqual({ ids: ["a", "b"], areFailed: false });
});

test("the lines down to a failure open one subflow after the other, as their timelines come", () => {
  const top = timelineOf([{ id: "caller" }, { id: "ingest", child: "middle", within: 0 }]);
  const middle = timelineOf([{ id: "load", child: "inner" }]);
  const inner = timelineOf([{ id: "part" }]);
  const path = ["ingest", "load", "part"];
  expect(linesAlong(path, { timeline: top, children: new Map() })).toEqual({
    open: new Map([["caller/ingest", "middle"]]),
    key: undefined,
  });
  const children = new Map([
    ["middle", middle],
    ["inner", inner],
  ]);
  expect(linesAlong(path, { timeline: top, children })).toEqual({
    open: new Map([
      ["caller/ingest", "middle"],
      ["caller/ingest/load", "inner"],
    ]),
    key: "caller/ingest/load/part",
  });
});
