import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Timeline } from "../../api/types.ts";
import { foldedScale, unfoldedParts } from "./time-scale.ts";
import { foldableWaits, scaleOf, waitsOf, waitWords } from "./waits.ts";

const origin = "2026-01-01T00:00:00.000Z";
const zero = Date.parse(origin);

type Told = readonly [seconds: number, type: Timeline["state_type"][number], name?: string];

const columns = { parents: [], after: [], within: null, child_flow_run_id: null, child_name: null } as const;

function timelineOf(rows: readonly { readonly start: number | null; readonly end: number | null }[]): Timeline {
  const each = <Value>(value: (row: (typeof rows)[number], at: number) => Value) => rows.map(value);
  return {
    ...{ origin, attempt_starts: [0], total: rows.length, truncated: false, segments: [] },
    id: each((_, at) => `id-${at}`),
    name: each(() => "t"),
    task_key: each(() => "t"),
    task_name: each(() => "t"),
    state_type: each(({ end }) => (end === null ? "RUNNING" : "COMPLETED")),
    state_name: each(() => null),
    expected: each(({ start }) => start),
    start: each(({ start }) => start),
    end: each(({ end }) => end),
    run_count: each(() => 1),
    attempt: each(() => 1),
    first_attempt: each(() => 1),
    parents: each(() => [...columns.parents]),
    after: each(() => [...columns.after]),
    within: each(() => columns.within),
    child_flow_run_id: each(() => columns.child_flow_run_id),
    child_name: each(() => columns.child_name),
  };
}

/** A run as a timeline of one row, of its states. */
function runOf(states: readonly Told[]): Timeline {
  const [last] = states.slice(-1);
  const isOver = last !== undefined && ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"].includes(last[1] ?? "");
  return {
    ...timelineOf([{ start: states[0]?.[0] ?? 0, end: isOver ? last[0] : null }]),
    state_type: [last?.[1] ?? null],
    segments: states.map(([at, type, name = ""]) => [0, at, type ?? "PENDING", name]),
  };
}

const none = timelineOf([]);
const wordsOf = (run: Timeline, tasks = none, end = 1000) =>
  foldableWaits(waitsOf(run, tasks), { from: zero, to: zero + end * 1000 }).map(waitWords);

describe("the waits that take the picture of a run", () => {
  test("are the time between its attempts", () => {
    const run = runOf([
      [0, "RUNNING"],
      [3, "FAILED"],
      [3.1, "SCHEDULED", "AwaitingRetry"],
      [843, "PENDING"],
      [843.1, "RUNNING", "Retrying"],
      [846.2, "FAILED"],
    ]);
    expect(wordsOf(run, none, 846.2)).toEqual(["14 m 00 s between attempts 1 and 2"]);
  });

  test("are the time before its start, and its pauses", () => {
    const run = runOf([
      [0, "PENDING"],
      [60, "RUNNING"],
      [61, "PAUSED"],
      [121, "RUNNING"],
      [122, "COMPLETED"],
    ]);
    expect(wordsOf(run, none, 122)).toEqual(["1 m 00 s before the start", "1 m 00 s paused"]);
  });

  test("last until now while the run waits", () => {
    const run = runOf([
      [0, "RUNNING"],
      [3, "SCHEDULED", "AwaitingRetry"],
    ]);
    expect(wordsOf(run, none, 4)).toEqual([]);
    expect(wordsOf(run, none, 63)).toEqual(["1 m 00 s until now"]);
    expect(
      wordsOf(
        runOf([
          [0, "RUNNING"],
          [3, "FAILED"],
        ]),
      ),
    ).toEqual([]);
  });

  test("are none while what ran takes at least half, or before anything ran", () => {
    expect(
      wordsOf(
        runOf([
          [0, "PENDING"],
          [5, "RUNNING"],
          [10, "COMPLETED"],
        ]),
        none,
        10,
      ),
    ).toEqual([]);
    expect(wordsOf(runOf([[0, "PENDING"]]), none, 10)).toEqual([]);
  });

  test("leave out the time in which a task ran, and short ones among long ones", () => {
    const run = runOf([
      [0, "PENDING"],
      [0.1, "RUNNING"],
      [5, "PAUSED"],
      [600, "RUNNING"],
      [605, "COMPLETED"],
    ]);
    const tasks = timelineOf([
      { start: 4, end: 20 },
      { start: null, end: null },
    ]);
    expect(wordsOf(run, tasks, 605)).toEqual(["9 m 40 s paused"]);
  });
});

describe("an axis with folded waits", () => {
  test("gives what ran most of its room, and each wait a little", () => {
    const run = runOf([
      [0, "RUNNING"],
      [3, "SCHEDULED", "AwaitingRetry"],
      [3600, "RUNNING"],
      [3603, "FAILED"],
    ]);
    const span = { from: zero, to: zero + 3_603_000 };
    const { place, folds } = scaleOf(foldableWaits(waitsOf(run, none), span), span);
    expect(folds).toHaveLength(1);
    const length = place(span.to) - place(span.from);
    expect((place(zero + 3000) - place(zero)) / length).toBeGreaterThan(0.4);
    expect((place(zero + 3_600_000) - place(zero + 3000)) / length).toBeCloseTo(0.065, 2);
  });

  test("keeps the order of all moments, and finds each of them again", () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 200, max: 90_000 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(gaps, fc.array(fc.integer({ min: -1000, max: 400_000 }), { minLength: 1 }), (all, moments) => {
        let at = 0;
        const stretches = all.map(([before, length]) => {
          const from = at + before;
          at = from + length;
          return { from, to: at };
        });
        const scale = foldedScale(stretches, 100);
        const sorted = [...moments].sort((a, b) => a - b);
        sorted.forEach((moment, index) => {
          expect(scale.time(scale.place(moment))).toBeCloseTo(moment, 3);
          const next = sorted[index + 1];
          if (next !== undefined && next > moment) expect(scale.place(next)).toBeGreaterThan(scale.place(moment));
        });
      }),
    );
  });

  test("has its parts between the folds, as far as they are in view", () => {
    const scale = foldedScale([{ from: 100, to: 1100 }], 10);
    expect(unfoldedParts(scale, { from: 0, to: 200 })).toEqual([
      { from: 0, to: 100 },
      { from: 110, to: 200 },
    ]);
    expect(unfoldedParts(scale, { from: 105, to: 200 })).toEqual([{ from: 110, to: 200 }]);
    expect(unfoldedParts(scale, { from: 20, to: 50 })).toEqual([{ from: 20, to: 50 }]);
  });
});
