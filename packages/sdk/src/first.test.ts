import { expect, test } from "vitest";
import { recordOnOwnServer } from "../test/harness.ts";
import { flow, task } from "./index.ts";

const server = recordOnOwnServer();

test("records a flow with one task", async () => {
  const double = task(async function double(n: number) {
    return 2 * n;
  });
  const six = flow(async function six() {
    return await double(3);
  });
  const run = six();
  expect(await run).toBe(6);
  const id = await run.created;
  expect(await server.flowStates(id)).toEqual(["Pending", "Running", "Completed"]);
  const [taskRun] = await server.taskRuns(id);
  expect(taskRun).toMatchObject({ name: "double-0", state_name: "Completed", run_count: 1, flow_run_run_count: 1 });
  expect(await server.taskStates(taskRun?.id ?? "")).toEqual(["Pending", "Running", "Completed"]);
});
