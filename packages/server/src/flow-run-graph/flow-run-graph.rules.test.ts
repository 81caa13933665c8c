import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { TaskInput } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { type Member, membersOf, nodesOf, type Subflow, type TaskRun } from "./flow-run-graph.rules.ts";

const start = toTimestamp("2030-01-01T00:00:00Z");
const after = (micros: number) => (start + micros) as Timestamp;
const from = (...ids: string[]): TaskInput[] => ids.map((id) => ({ input_type: "task_run", id }));

const times = { start_time: start, expected_start_time: start, end_time: null };

function taskRun(id: string, more: Partial<TaskRun> = {}): TaskRun {
  return { id, name: `task ${id}`, state_type: "COMPLETED", task_inputs: {}, ...times, ...more };
}

function subflowOf(id: string, more: Partial<Subflow> = {}): Subflow {
  return { id, name: id, state_type: "RUNNING", flow_name: "flow", ...times, ...more };
}

function member(id: string, inputs: Record<string, TaskInput[]> = {}, subflow: string | null = null): Member {
  return {
    taskRun: taskRun(id, { task_inputs: inputs }),
    subflow: subflow === null ? null : subflowOf(subflow),
    start,
    end: after(5),
  };
}

const alone = { artifacts: new Map(), subflows: new Map(), partial: false };
const brief = (members: readonly Member[], context: Parameters<typeof nodesOf>[1] = alone) =>
  nodesOf(members, context).map(({ id, parents, children, encapsulating }) => ({
    id,
    parents: parents.map((edge) => edge.id).join(),
    children: children.map((edge) => edge.id).join(),
    within: encapsulating.map((edge) => edge.id).join(),
  }));

test("edges lead both ways, each once", () => {
  const members = [member("a"), member("b", { x: from("a"), y: from("a") }), member("c", { z: from("a", "b") })];
  expect(brief(members)).toEqual([
    { id: "a", parents: "", children: "b,c", within: "" },
    { id: "b", parents: "a", children: "c", within: "" },
    { id: "c", parents: "a,b", children: "", within: "" },
  ]);
});

test("a task that was called in another is not its child", () => {
  expect(brief([member("a"), member("b", { __parents__: from("a") })])).toEqual([
    { id: "a", parents: "", children: "", within: "" },
    { id: "b", parents: "", children: "", within: "a" },
  ]);
});

test("a subflow takes the place of its task run, also as the source of a result", () => {
  const members = [member("a"), member("t", { x: from("a") }, "sub"), member("c", { y: from("t") })];
  const context = { ...alone, subflows: new Map([["t", [{ id: "sub" }]]]) };
  expect(brief(members, context)).toEqual([
    { id: "a", parents: "", children: "sub", within: "" },
    { id: "sub", parents: "a", children: "c", within: "" },
    { id: "c", parents: "sub", children: "", within: "" },
  ]);
  expect(nodesOf(members, context)[1]).toMatchObject({
    kind: "flow-run",
    label: "flow / sub",
    state_type: "RUNNING",
    start_time: "2030-01-01T00:00:00Z",
    end_time: "2030-01-01T00:00:00.000005Z",
  });
});

test("an edge to nothing is left out, unless nodes may be left out", () => {
  const members = [member("b", { x: from("gone"), y: [{ input_type: "parameter", name: "n" }] })];
  expect(brief(members)[0]?.parents).toBe("");
  expect(brief(members, { ...alone, partial: true })[0]?.parents).toBe("gone");
});

const order = (members: readonly Member[]) => members.map(({ taskRun, subflow }) => subflow?.id ?? taskRun.id).join();

test("members are in the order of their starts, then of their ends, those without one last, then of their ids", () => {
  const taskRuns = [
    taskRun("e", { state_type: "RUNNING" }),
    taskRun("d"),
    taskRun("c", { end_time: after(3) }),
    taskRun("b", { start_time: after(1) }),
    taskRun("a", { start_time: null, expected_start_time: after(-1) }),
    taskRun("f", { start_time: null, expected_start_time: null }),
  ];
  expect(order(membersOf(taskRuns, new Map(), null))).toBe("a,d,c,e,b");
});

test("a task run is there once for every subflow that it stands for, at the times of the subflow", () => {
  const late = { start_time: null, expected_start_time: after(7), end_time: after(9) };
  const subflows = new Map([["t", [subflowOf("later", late), subflowOf("sooner")]]]);
  const members = membersOf(
    [taskRun("t", { end_time: after(8) }), taskRun("u", { start_time: after(1) })],
    subflows,
    null,
  );
  expect(order(members)).toBe("sooner,u,later");
  expect(members.map(({ end }) => end)).toEqual([after(8), start, after(9)]);
});

test("what had ended before a moment is left out", () => {
  const taskRuns = [
    taskRun("a"),
    taskRun("b", { end_time: after(4) }),
    taskRun("c", { state_type: "RUNNING" }),
    taskRun("t"),
  ];
  const subflows = new Map([["t", [subflowOf("sub", { end_time: after(5) })]]]);
  expect(order(membersOf(taskRuns, subflows, after(4)))).toBe("b,sub,c");
  expect(order(membersOf(taskRuns, subflows, after(5)))).toBe("sub,c");
});
