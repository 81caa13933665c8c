import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { TaskInput } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { type Member, nodesOf } from "./flow-run-graph.rules.ts";

const start = toTimestamp("2030-01-01T00:00:00Z");
const from = (...ids: string[]): TaskInput[] => ids.map((id) => ({ input_type: "task_run", id }));

function member(id: string, inputs: Record<string, TaskInput[]> = {}, subflow: string | null = null): Member {
  return {
    taskRun: { id, name: `task ${id}`, stateType: "COMPLETED" },
    subflow: subflow === null ? null : { id: subflow, label: `flow / ${subflow}`, stateType: "RUNNING" },
    inputs,
    start,
    end: (start + 5) as Timestamp,
  };
}

const alone = { artifacts: new Map(), subflows: new Map(), partial: false };
const brief = (members: readonly Member[], surroundings: Parameters<typeof nodesOf>[1] = alone) =>
  nodesOf(members, surroundings).map(({ id, parents, children, encapsulating }) => ({
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
  const surroundings = { ...alone, subflows: new Map([["t", ["sub"]]]) };
  expect(brief(members, surroundings)).toEqual([
    { id: "a", parents: "", children: "sub", within: "" },
    { id: "sub", parents: "a", children: "c", within: "" },
    { id: "c", parents: "sub", children: "", within: "" },
  ]);
  expect(nodesOf(members, surroundings)[1]).toMatchObject({
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
