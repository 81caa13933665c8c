import { timeOrderedId } from "@ostinato/core";
import { createDeployment, createFlow, filterFlowRuns, filterTaskRuns, setFlowRunState } from "@ostinato/protocol";
import { beforeEach, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { context } from "../context.ts";
import { flow } from "../flow/flow.ts";
import { registerServing } from "../flow/flow-deployment.ts";
import { runDeployment } from "../flow/run-deployment.ts";

const recorder = recordOnOwnServer();
registerServing({ load: () => import("./serve.ts"), program: new URL("./nothing.ts", import.meta.url) });

let name: string;
let deploymentId: string;

beforeEach(async () => {
  const { client } = recorder;
  name = `flow ${timeOrderedId((Date.now() * 1000) as never)}`;
  const { id } = await client.call(createFlow, { body: { name } });
  const properties = { depth: { type: "integer" } };
  const body = {
    name: "served",
    flow_id: id,
    parameters: { depth: 6, path: "a" },
    parameter_openapi_schema: { type: "object", properties },
    enforce_parameter_schema: true,
  };
  ({ id: deploymentId } = await client.call(createDeployment, { body }));
});

const atOnce = { timeout: 0 } as const;

test("returns the run at once where it is not to wait, with all that was said of it", async () => {
  const run = await runDeployment(`${name}/served`, {
    ...atOnce,
    parameters: { depth: 8 },
    scheduledTime: "2040-01-01T00:00:00Z",
    tags: ["mine"],
    name: "my run",
  });
  expect(run).toMatchObject({ name: "my run", state: { type: "SCHEDULED" } });
  expect(await recorder.flowRun(run.id)).toMatchObject({
    deployment_id: deploymentId,
    parameters: { depth: 8, path: "a" },
    tags: ["mine"],
    next_scheduled_start_time: "2040-01-01T00:00:00Z",
  });
});

test("the same key makes one run", async () => {
  const options = { ...atOnce, idempotencyKey: timeOrderedId((Date.now() * 1000) as never) };
  const [one, two] = [await runDeployment(deploymentId, options), await runDeployment(deploymentId, options)];
  expect(two.id).toBe(one.id);
});

test("waits for the end, and tells a failure as a state", async () => {
  const waiting = runDeployment(`${name}/served`);
  const { client } = recorder;
  const find = () =>
    client.call(filterFlowRuns, { body: { flow_runs: { deployment_id: { any_: [deploymentId] } }, limit: 1 } });
  let [run] = await find();
  while (run === undefined) [run] = await find();
  const state = { type: "CRASHED", message: "out of memory" } as const;
  await client.call(setFlowRunState, { params: { id: run.id }, body: { state, force: true } });
  expect((await waiting).state).toMatchObject({ type: "CRASHED", message: "out of memory" });
});

test.each([
  { wanted: () => "served", says: /"served" is not the name of a deployment: give "flow\/deployment", or its id/ },
  { wanted: () => `${name}/nobody`, says: /There is no deployment ".*\/nobody"/ },
  { wanted: () => timeOrderedId((Date.now() * 1000) as never), says: /There is no deployment/ },
])("what is not there is said", async ({ wanted, says }) => {
  await expect(runDeployment(wanted(), atOnce)).rejects.toThrow(says);
});

test("parameters that break the schema are refused with the field, and unknown options too", async () => {
  await expect(runDeployment(deploymentId, { ...atOnce, parameters: { depth: "deep" } })).rejects.toThrow(/depth/);
  await expect(runDeployment(deploymentId, { ...atOnce, priority: 1.5 })).rejects.toThrow(/from -1000 to 1000/);
  await expect(runDeployment(deploymentId, { ...atOnce, wait: 3 } as never)).rejects.toThrow(/has no option "wait"/);
});

test("inside a flow it is a subflow with a task run that stands for it, which a retry of the flow finds again", async () => {
  let attempts = 0;
  const ids: string[] = [];
  const parent = flow({ name: `parent of ${name}`, retries: 1 }, async () => {
    attempts += 1;
    ids.push((await runDeployment(deploymentId, { ...atOnce, parameters: { depth: 3 } })).id);
    ids.push((await runDeployment(deploymentId, { ...atOnce, asSubflow: false })).id);
    if (attempts === 1) throw new Error("once more");
    return context.getStore()?.flowRun?.id;
  });
  const parentId = await parent();
  const [subflow, own, again, another] = ids;
  expect(again).toBe(subflow);
  expect(another).not.toBe(own);
  const tasks = await recorder.client.call(filterTaskRuns, {
    body: { task_runs: { flow_run_id: { any_: [parentId ?? ""] } } },
  });
  expect(tasks.map((task) => task.name)).toEqual([`${name}/served-0`]);
  expect((await recorder.flowRun(subflow ?? "")).parent_task_run_id).toBe(tasks[0]?.id);
  expect((await recorder.flowRun(own ?? "")).parent_task_run_id).toBeNull();
});
