import type { Observation } from "@ostinato/sdk/observers";
import { expect, test } from "vitest";
import { taskGroups } from "./task-groups.ts";

function scene() {
  let time = 0;
  const groups = taskGroups(() => time);
  const state = (type: string, name = type) => ({ type, name, message: type === "FAILED" ? "no luck" : "" });
  return {
    groups,
    pass: (seconds: number) => {
      time += seconds;
    },
    flowRun: (id: string, type: string, parentId: string | null = null) =>
      groups.take({
        kind: "flow-run",
        id,
        name: `run-${id}`,
        flowName: "learn",
        parentId,
        url: null,
        state: state(type),
      }),
    taskRun: (name: string, type: string, stateName?: string) =>
      groups.take({
        kind: "task-run",
        id: name,
        name,
        flowRunId: "f",
        state: state(type, stateName),
      } satisfies Observation),
  };
}

test("runs of one task are one row", () => {
  const { groups, flowRun, taskRun, pass } = scene();
  flowRun("f", "RUNNING");
  for (const name of ["load-0", "load-1", "load-2"]) taskRun(name, "PENDING");
  expect(groups.rows()[1]).toMatchObject({ label: "load", depth: 1, state: "waiting", total: 3 });
  taskRun("load-0", "RUNNING");
  pass(2);
  taskRun("load-0", "COMPLETED");
  taskRun("load-1", "COMPLETED", "Cached");
  expect(groups.rows()[1]).toMatchObject({ state: "running", over: 2, total: 3, cached: 1, seconds: 2 });
  taskRun("load-2", "FAILED");
  pass(60);
  expect(groups.rows()[1]).toMatchObject({ state: "failed", over: 3, failed: 1, seconds: 2, message: "no luck" });
});

test("a run that is named anew stays with its task", () => {
  const { groups, flowRun, pass } = scene();
  flowRun("f", "RUNNING");
  const seen = (name: string, type: string) =>
    groups.take({ kind: "task-run", id: "t", name, flowRunId: "f", state: { type, name: type, message: "" } });
  expect(seen("checkpoint-0", "PENDING")).toBe(seen("2001-01", "RUNNING"));
  pass(1);
  seen("2001-01", "COMPLETED");
  expect(groups.rows().slice(1)).toMatchObject([{ label: "checkpoint", total: 1, state: "completed" }]);
});

test("a task that is tried again is not over", () => {
  const { groups, flowRun, taskRun } = scene();
  flowRun("f", "RUNNING");
  taskRun("load-0", "RUNNING");
  taskRun("load-0", "SCHEDULED", "AwaitingRetry");
  expect(groups.rows()[1]?.state).toBe("waiting");
  taskRun("load-0", "RUNNING", "Retrying");
  expect(groups.rows()[1]?.state).toBe("running");
  taskRun("load-0", "COMPLETED");
  expect(groups.rows()[1]?.state).toBe("completed");
});

test("a subflow stands below the flow that called it, with its tasks below it", () => {
  const { groups, flowRun, taskRun } = scene();
  flowRun("f", "RUNNING");
  taskRun("first-0", "COMPLETED");
  flowRun("sub", "RUNNING", "f");
  groups.take({
    kind: "task-run",
    id: "t",
    name: "inner-0",
    flowRunId: "sub",
    state: { type: "RUNNING", name: "Running", message: "" },
  });
  expect(groups.rows().map(({ label, depth }) => [label, depth])).toEqual([
    ["learn run-f", 0],
    ["first", 1],
    ["learn run-sub", 1],
    ["inner", 2],
  ]);
});
