import { expect, test } from "vitest";
import { startProblems } from "./start-problems.rules.ts";

const since = "2026-03-01T11:00:00Z";
const ready = {
  paused: false,
  status: "READY",
  last_polled: "2026-03-01T12:00:00.000000Z",
  work_pool_name: null,
  global_concurrency_limit: null,
  concurrency_options: null,
} as const;
const free = { held: { late: 0, in_line: 0 }, holders: [] };
const holder = (id: string) => ({ flow_run_id: id, flow_run_name: `run-${id}`, since });
const limited = (limit: number, active_slots: number) => ({
  id: "limit",
  created: since,
  updated: since,
  active: true,
  name: "deployment:1",
  limit,
  active_slots,
  slot_decay_per_second: 0,
});

test("a deployment that is served, on and below its limit starts runs", () => {
  expect(
    startProblems({ ...ready, global_concurrency_limit: limited(2, 1) }, { ...free, holders: [holder("a")] }),
  ).toEqual([]);
});

test("one that nobody serves says since when, and how many runs are late", () => {
  const [problem, ...others] = startProblems(
    { ...ready, status: "NOT_READY" },
    { ...free, held: { late: 3, in_line: 0 } },
  );
  expect(problem).toMatchObject({ reason: "Nobody serves it. 3 runs are late.", since: ready.last_polled });
  expect(others).toEqual([]);
});

test("one of a work pool asks for a worker", () => {
  const [problem] = startProblems({ ...ready, status: "NOT_READY", work_pool_name: "gpu" }, free);
  expect(problem).toMatchObject({
    reason: 'No worker of the work pool "gpu" asks for its runs.',
    hint: "Start a worker of the pool.",
  });
});

test("a full limit names the runs that hold its slots", () => {
  const holders = [holder("a"), holder("b")];
  const [problem] = startProblems(
    { ...ready, global_concurrency_limit: limited(2, 2) },
    { held: { late: 0, in_line: 1 }, holders },
  );
  expect(problem).toEqual({
    reason: "All 2 slots of its limit are taken. One run waits in line.",
    since,
    hint: "A new run waits until a run ends, or the limit is raised.",
    holders,
  });
});

test("a full limit that cancels says so", () => {
  const cancelling = {
    ...ready,
    global_concurrency_limit: limited(1, 1),
    concurrency_options: { collision_strategy: "CANCEL_NEW" as const },
  };
  const [problem] = startProblems(cancelling, { ...free, holders: [holder("a")] });
  expect(problem).toMatchObject({
    reason: "The only slot of its limit is taken.",
    hint: "Until a run ends, or the limit is raised, a new run is cancelled.",
  });
});

test("a paused deployment says what still starts", () => {
  expect(startProblems({ ...ready, paused: true }, free)).toMatchObject([
    { reason: "This deployment is paused: its schedules make no runs.", since: null },
  ]);
});
