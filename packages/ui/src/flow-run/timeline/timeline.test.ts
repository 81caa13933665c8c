import { describe, expect, test } from "vitest";
import type { TaskRun, Timeline } from "../../api/types.ts";
import { graphOf } from "../graph/graph-model.ts";
import { density } from "./density.ts";
import { ranOf, spells, timelineSpan } from "./spells.ts";
import { withTaskRuns } from "./timeline-changes.ts";
import { groupState, groupsOf, timelineRows } from "./timeline-model.ts";

const origin = "2026-01-01T00:00:00Z";
const zero = Date.parse(origin);

interface Told {
  readonly name: string;
  readonly key?: string;
  readonly start?: number | null;
  readonly end?: number | null;
  readonly type?: Timeline["state_type"][number];
  readonly parents?: number[];
  readonly after?: number[];
  readonly within?: number;
  readonly child?: string;
}

function timelineOf(tasks: readonly Told[], segments: Timeline["segments"] = []): Timeline {
  return {
    origin,
    attempt_starts: [0],
    total: tasks.length,
    truncated: false,
    id: tasks.map((_, row) => `id-${row}`),
    name: tasks.map((task) => task.name),
    task_key: tasks.map((task) => task.key ?? task.name),
    task_name: tasks.map((task) => task.key ?? task.name),
    state_type: tasks.map((task) => task.type ?? "COMPLETED"),
    state_name: tasks.map(() => null),
    expected: tasks.map((task) => task.start ?? 0),
    start: tasks.map((task) => (task.start === undefined ? 0 : task.start)),
    end: tasks.map((task) => (task.end === undefined ? 1 : task.end)),
    run_count: tasks.map(() => 1),
    attempt: tasks.map(() => 1),
    first_attempt: tasks.map(() => 1),
    parents: tasks.map((task) => task.parents ?? []),
    after: tasks.map((task) => task.after ?? []),
    within: tasks.map((task) => task.within ?? null),
    child_flow_run_id: tasks.map((task) => task.child ?? null),
    child_name: tasks.map((task) => (task.child === undefined ? null : `name of ${task.child}`)),
    segments,
  };
}

const rowsOf = (
  timeline: Timeline,
  open: readonly string[] = [],
  children: readonly (readonly [string, Timeline])[] = [],
) => timelineRows({ timeline, open: new Map(open.map((key) => [key, null])), children: new Map(children) });

const graphed = (timeline: Timeline, open: readonly string[] = []) =>
  graphOf({ timeline, open: new Set(open), children: new Map() });

const mapped = (count: number): Timeline =>
  timelineOf([
    { name: "list-0", key: "list" },
    ...Array.from({ length: count }, (_, index) => ({
      name: `read-${index}`,
      key: "read",
      start: 1 + index,
      end: 2 + index,
      parents: [0],
    })),
    {
      name: "merge-0",
      key: "merge",
      start: count + 2,
      end: count + 3,
      parents: Array.from({ length: count }, (_, index) => index + 1),
    },
  ]);

describe("the lines of a timeline", () => {
  test("are the runs by their start, those that have not begun last", () => {
    const rows = rowsOf(
      timelineOf([
        { name: "later", start: 5 },
        { name: "waiting", start: null, end: null, type: "PENDING" },
        { name: "first" },
      ]),
    );
    expect(rows.map((row) => row.label)).toEqual(["first", "later", "waiting"]);
  });

  test("that began at one moment stand by their numbers", () => {
    const rows = rowsOf(timelineOf([{ name: "read-10" }, { name: "read-2" }, { name: "read-1" }]));
    expect(rows.map((row) => row.label)).toEqual(["read-1", "read-2", "read-10"]);
  });

  test("gather the runs of one task when there are many, and show them when opened", () => {
    const timeline = mapped(100);
    expect(rowsOf(timeline).map((row) => [row.kind, row.label, row.members.length])).toEqual([
      ["task", "list", 1],
      ["group", "read", 100],
      ["task", "merge", 1],
    ]);
    const opened = rowsOf(timeline, ["group:read"]);
    expect(opened).toHaveLength(103);
    expect(opened[2]).toMatchObject({ label: "read-0", depth: 1 });
  });

  test("name the only run of a task by the task, and one of several, or with a name of its own, by its name", () => {
    const rows = rowsOf(
      timelineOf([
        { name: "load-0", key: "load", start: 0 },
        { name: "fit-c18", key: "fit", start: 1 },
        { name: "score-0", key: "score", start: 2 },
        { name: "score-1", key: "score", start: 3 },
        { name: "tile 7", key: "tile", start: 4 },
      ]),
    );
    expect(rows.map((row) => row.label)).toEqual(["load", "fit", "score-0", "score-1", "tile 7"]);
  });

  test.each([9, 10])("gather %i runs of a task by themselves only from ten on", (count) => {
    const months = Array.from({ length: count }, (_, at) => ({ name: `backfill month-${at}`, key: "backfill" }));
    const rows = rowsOf(timelineOf([{ name: "plan-0", key: "plan" }, ...months]));
    expect(rows.map((row) => row.label)).toEqual([
      "plan",
      ...(count < 10 ? months.map(({ name }) => name) : ["backfill"]),
    ]);
  });

  test("have those that failed first when a group is opened", () => {
    const timeline = timelineOf(
      Array.from({ length: 40 }, (_, at) => ({
        name: `t-${at}`,
        key: "t",
        start: at,
        type: at === 7 ? ("CRASHED" as const) : at === 30 ? ("FAILED" as const) : ("COMPLETED" as const),
      })),
    );
    expect(
      rowsOf(timeline, ["group:t"])
        .map((row) => row.label)
        .slice(0, 4),
    ).toEqual(["t", "t-7", "t-30", "t-0"]);
  });

  test("may be those alone that failed, with their callers", () => {
    const timeline = timelineOf([
      { name: "outer", type: "FAILED" },
      ...Array.from({ length: 40 }, (_, at) => ({
        name: `t-${at}`,
        key: "t",
        within: 0,
        type: at === 7 ? ("FAILED" as const) : ("COMPLETED" as const),
      })),
      { name: "other" },
      { name: "caller" },
      { name: "callee", within: 42, type: "CRASHED" },
    ]);
    const rows = timelineRows({ timeline, open: new Map(), children: new Map(), only: "failed" });
    expect(rows.map(({ label, depth }) => [label, depth])).toEqual([
      ["outer", 0],
      ["t-7", 1],
      ["caller", 0],
      ["callee", 1],
    ]);
    expect(timelineRows({ timeline, open: new Map(), children: new Map(), only: "running" })).toEqual([]);
  });

  test("nest a subflow's runs under it once they are read", () => {
    const timeline = timelineOf([{ name: "sub", child: "run-2" }]);
    expect(rowsOf(timeline, ["id-0"])).toHaveLength(1);
    const rows = rowsOf(timeline, ["id-0"], [["run-2", timelineOf([{ name: "inner" }])]]);
    expect(rows.map((row) => [row.depth, row.label])).toEqual([
      [0, "sub · name of run-2"],
      [1, "inner"],
    ]);
  });

  test("of a group have the state that is most urgent", () => {
    const timeline = timelineOf(
      Array.from({ length: 40 }, (_, row) => ({
        name: `t-${row}`,
        key: "t",
        type: row === 7 ? ("FAILED" as const) : ("COMPLETED" as const),
      })),
    );
    const [group] = rowsOf(timeline);
    expect(group === undefined ? null : groupState(group)).toBe("FAILED");
  });
});

describe("task runs that task runs called", () => {
  const nested = timelineOf([
    { name: "load", start: 0 },
    { name: "outer", start: 1, parents: [0] },
    { name: "clean", start: 2, within: 1, parents: [0] },
    { name: "inner", start: 3, within: 1, parents: [2] },
    { name: "deepest", start: 4, within: 3 },
    { name: "report", start: 5, parents: [3] },
  ]);

  test("stand below their caller, not after it", () => {
    expect(rowsOf(nested).map(({ label, depth }) => [label, depth])).toEqual([
      ["load", 0],
      ["outer", 0],
      ["clean", 1],
      ["inner", 1],
      ["deepest", 2],
      ["report", 0],
    ]);
  });

  test("are gathered within their caller, and found there", () => {
    const many = timelineOf([
      { name: "outer-0", key: "outer" },
      ...Array.from({ length: 40 }, (_, at) => ({ name: `inner-${at}`, key: "inner", start: at, within: 0 })),
    ]);
    expect(rowsOf(many).map(({ label, depth, members }) => [label, depth, members.length])).toEqual([
      ["outer", 0, 1],
      ["inner", 1, 40],
    ]);
    const groups = groupsOf(many, "id-7");
    expect(rowsOf(many, groups).map(({ label }) => label)).toContain("inner-6");
    expect(groupsOf(many, "id-0")).toEqual([]);
  });

  test("are boxes within the box of their caller, with arrows for arguments alone", () => {
    const { nodes, edges } = graphed(nested);
    const labels = new Map(nodes.map(({ id, label }) => [id, label]));
    expect(nodes.map(({ label, within }) => [label, labels.get(within ?? "")])).toEqual([
      ["load", undefined],
      ["outer", undefined],
      ["report", undefined],
      ["clean", "outer"],
      ["inner", "outer"],
      ["deepest", "inner"],
    ]);
    expect(edges.map(({ from, to }) => `${labels.get(from)} > ${labels.get(to)}`).sort()).toEqual([
      "clean > inner",
      "inner > report",
      "load > clean",
      "load > outer",
    ]);
  });

  test("stand in the box of their own caller once the callers are boxes of their own", () => {
    const mappedCallers = timelineOf([
      { name: "outer-0", key: "outer" },
      { name: "outer-1", key: "outer" },
      { name: "inner-0", key: "inner", within: 0 },
      { name: "inner-1", key: "inner", within: 1 },
    ]);
    const closed = graphed(mappedCallers);
    expect(closed.nodes.map(({ label, members }) => [label, members.length])).toEqual([
      ["outer", 2],
      ["inner", 2],
    ]);
    const opened = graphed(mappedCallers, [closed.nodes[0]?.key ?? ""]);
    const labels = new Map(opened.nodes.map(({ id, label }) => [id, label]));
    expect(opened.nodes.map(({ label, within }) => [label, labels.get(within ?? "")])).toEqual([
      ["outer", undefined],
      ["outer-0", "outer"],
      ["outer-1", "outer"],
      ["inner-0", "outer-0"],
      ["inner-1", "outer-1"],
    ]);
  });
});

describe("what a run did when", () => {
  test("is its wait and its running", () => {
    const timeline = timelineOf([{ name: "a", start: 3, end: 5 }]);
    const waited = { ...timeline, expected: [1] };
    expect(spells(waited, 0, zero).map(({ type, from, to }) => [type, from - zero, to - zero])).toEqual([
      ["PENDING", 1000, 3000],
      ["RUNNING", 3000, 5000],
    ]);
  });

  test("has every attempt, with those that failed marked", () => {
    const timeline = timelineOf(
      [{ name: "a", start: 0, end: 5 }],
      [
        [0, 0, "RUNNING", "Running"],
        [0, 1, "SCHEDULED", "AwaitingRetry"],
        [0, 3, "RUNNING", "Retrying"],
        [0, 5, "COMPLETED", "Completed"],
      ],
    );
    expect(spells(timeline, 0, zero).map(({ name, from, to, failed }) => [name, (to - from) / 1000, failed])).toEqual([
      ["Running", 1, true],
      ["AwaitingRetry", 2, false],
      ["Retrying", 2, false],
      ["Completed", 0, false],
    ]);
  });

  test("is the time of its attempts together, without the waits between", () => {
    const timeline = timelineOf(
      [
        { name: "a", start: 0, end: 9 },
        { name: "b", start: 2, end: 5 },
        { name: "c", start: null, end: null, type: "PENDING" },
      ],
      [
        [0, 0, "RUNNING", "Running"],
        [0, 1, "SCHEDULED", "AwaitingRetry"],
        [0, 3, "RUNNING", "Retrying"],
        [0, 4, "PAUSED", "Paused"],
        [0, 8, "RUNNING", "Running"],
        [0, 9, "COMPLETED", "Completed"],
      ],
    );
    expect([0, 1, 2].map((row) => ranOf(timeline, row, zero))).toEqual([3000, 3000, null]);
  });

  test("lasts until now while it goes on", () => {
    const timeline = timelineOf([{ name: "a", start: 1, end: null, type: "RUNNING" }]);
    expect(timelineSpan(timeline, zero + 9000)).toEqual({ from: zero + 1000, to: zero + 9000 });
  });

  test("is counted for a group in slices of time", () => {
    const timeline = timelineOf(
      Array.from({ length: 40 }, (_, row) => ({ name: `t-${row}`, key: "t", start: row < 10 ? 0 : 5, end: 10 })),
    );
    const [group] = rowsOf(timeline);
    if (group === undefined) throw new Error("there is no group");
    const { running } = density(group, { span: { from: zero, to: zero + 10_000 }, slices: 10, now: zero });
    expect([...running].slice(0, 8)).toEqual([10, 10, 10, 10, 10, 40, 40, 40]);
  });

  test("is at most as high in a slice as many ran at once, though one ends and the next begins in it", () => {
    // Two at once, one after the other: each of the 20 lasts 0.5 s.
    const timeline = timelineOf(
      Array.from({ length: 40 }, (_, at) => ({
        name: `t-${at}`,
        key: "t",
        start: Math.floor(at / 2) * 0.5,
        end: Math.floor(at / 2) * 0.5 + 0.5,
      })),
    );
    const row = { source: timeline, members: timeline.id.map((_, at) => at) };
    for (const slices of [7, 40, 1000]) {
      const { running } = density(row, { span: { from: zero, to: zero + 10_000 }, slices, now: zero });
      expect(new Set(running)).toEqual(new Set([2]));
    }
  });

  test("counts those that have not ended until now, and marks where one failed", () => {
    const timeline = timelineOf([
      { name: "t-0", key: "t", start: 0, end: null, type: "RUNNING" },
      { name: "t-1", key: "t", start: 0, end: 3.5, type: "FAILED" },
    ]);
    const { running, failed } = density(
      { source: timeline, members: [0, 1] },
      { span: { from: zero, to: zero + 8000 }, slices: 8, now: zero + 5000 },
    );
    expect([...running]).toEqual([2, 2, 2, 2, 1, 0, 0, 0]);
    expect([...failed]).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  });

  test("count nothing at the edge of a part before and after which they ran", () => {
    const timeline = timelineOf(Array.from({ length: 40 }, (_, at) => ({ name: `read-${at}`, start: 0, end: 5 })));
    const [row] = rowsOf(timeline);
    if (row === undefined) throw new Error("there is no group");
    const within = (from: number) => {
      const span = { from: zero + from, to: zero + from + 1000 };
      return [...density(row, { span, slices: 2, now: zero }).running];
    };
    expect(within(6000)).toEqual([0, 0]);
    expect(within(-2000)).toEqual([0, 0]);
    expect(within(1000)[0]).toBeGreaterThan(0);
  });
});

describe("the graph of a timeline", () => {
  test("has one box for what is mapped, between what it comes from and what takes it", () => {
    const graph = graphed(mapped(1000));
    expect(graph.nodes.map((node) => [node.label, node.members.length])).toEqual([
      ["list", 1],
      ["read", 1000],
      ["merge", 1],
    ]);
    expect(graph.edges).toHaveLength(2);
  });

  test("keeps runs of one task apart where they stand at other places", () => {
    const timeline = timelineOf([
      { name: "step-0", key: "step" },
      { name: "step-1", key: "step", parents: [0] },
      { name: "step-2", key: "step", parents: [1] },
    ]);
    expect(graphed(timeline).nodes).toHaveLength(3);
  });

  test("shows mere order where no value says it, and no way back", () => {
    const timeline = timelineOf([
      { name: "load" },
      { name: "check", parents: [0], after: [0] },
      { name: "save", after: [1] },
      { name: "tell", after: [1, 2] },
      { name: "load", after: [3] },
    ]);
    const { nodes, edges } = graphed(timeline);
    const labels = new Map(nodes.map(({ id, label }) => [id, label]));
    expect(edges.map(({ from, to, kind }) => `${labels.get(from)} ${kind} ${labels.get(to)}`).sort()).toEqual([
      "check order save",
      "check order tell",
      "load value check",
      "save order tell",
      "tell order load",
    ]);
  });

  test("stays small for a long chain, and survives a circle", () => {
    const chain = timelineOf(
      Array.from({ length: 1000 }, (_, row) => ({
        name: `step-${row}`,
        key: "step",
        parents: row === 0 ? [] : [row - 1],
      })),
    );
    expect(graphed(chain).nodes).toHaveLength(1);
    const circle = timelineOf([
      { name: "a", parents: [1] },
      { name: "b", parents: [0] },
    ]);
    expect(graphed(circle).nodes).toHaveLength(2);
  });
});

test("a task run that changed moves its own row, and a new one is added with what it depends on", () => {
  const timeline = timelineOf([{ name: "a", start: 0, end: null, type: "RUNNING" }]);
  const run = (id: string, name: string, inputs: TaskRun["task_inputs"]): TaskRun => ({
    id,
    name,
    created: origin,
    updated: origin,
    flow_run_id: null,
    task_key: name,
    dynamic_key: id,
    cache_key: null,
    cache_expiration: null,
    task_version: null,
    empirical_policy: {},
    tags: [],
    labels: {},
    state_id: null,
    task_inputs: inputs,
    state_type: "COMPLETED",
    state_name: "Completed",
    run_count: 1,
    flow_run_run_count: 1,
    expected_start_time: origin,
    next_scheduled_start_time: null,
    start_time: origin,
    end_time: "2026-01-01T00:00:02.500Z",
    total_run_time: 2.5,
    estimated_run_time: 2.5,
    estimated_start_time_delta: 0,
    state: null,
  });
  const next = withTaskRuns(timeline, [
    run("id-0", "a", {}),
    run("id-9", "b", { x: [{ input_type: "task_run", id: "id-0" }] }),
    run("id-10", "c", { __parents__: [{ input_type: "task_run", id: "id-9" }] }),
  ]);
  expect(next.state_type).toEqual(["COMPLETED", "COMPLETED", "COMPLETED"]);
  expect(next.end).toEqual([2.5, 2.5, 2.5]);
  expect(next.parents).toEqual([[], [0], []]);
  expect(next.within).toEqual([null, null, 1]);
  expect(timeline.id).toHaveLength(1);
});
