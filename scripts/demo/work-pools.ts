import type { Client } from "@ostinato/client";
import { workerType } from "@ostinato/job-templates/worker-types";
import {
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  createQueueOfPool,
  createWorkPool,
  heartbeatOfWorker,
  type StateCreate,
  setFlowRunState,
  type WorkPoolCreate,
} from "@ostinato/protocol";

/** Work pools in use: one with queues, a worker, and runs that hold its slots and wait for them; one that nobody works for; one that is paused. */
export async function makeWorkPools(client: Client): Promise<void> {
  const flow = (await client.call(createFlow, { body: { name: "train-demand-forecast", tags: [], labels: {} } })).id;
  const pool = (body: WorkPoolCreate) =>
    client.call(createWorkPool, {
      body: { ...body, base_job_template: workerType(body.type ?? "")?.default_base_job_configuration ?? {} },
    });
  const deploy = async (name: string, work_pool_name: string, work_queue_name: string) =>
    (
      await client.call(createDeployment, {
        body: { name, flow_id: flow, work_pool_name, work_queue_name, enforce_parameter_schema: false },
      })
    ).id;
  const start = async (deployment: string, name: string, states: readonly StateCreate["type"][]) => {
    const { id } = await client.call(createFlowRunFromDeployment, { params: { id: deployment }, body: { name } });
    for (const type of states) await client.call(setFlowRunState, { params: { id }, body: { state: { type } } });
  };

  await pool({ name: "gpu", type: "docker", description: "The machines with the big cards", concurrency_limit: 3 });
  const queues = { work_pool_name: "gpu" };
  await client.call(createQueueOfPool, { params: queues, body: { name: "urgent", priority: 1, concurrency_limit: 2 } });
  await client.call(createQueueOfPool, { params: queues, body: { name: "backfill", priority: 9, is_paused: true } });
  await client.call(heartbeatOfWorker, { params: queues, body: { name: "trainer-1", heartbeat_interval_seconds: 30 } });
  const nightly = await deploy("hourly", "gpu", "urgent");
  await start(nightly, "brave-heron", ["PENDING", "RUNNING"]);
  await start(nightly, "calm-otter", ["PENDING", "RUNNING"]);
  await start(nightly, "eager-finch", []);
  await start(await deploy("three-years", "gpu", "backfill"), "patient-crane", []);
  await pool({ name: "laptops", type: "process" });
  await start(await deploy("by-hand", "laptops", "default"), "lonely-wren", []);
  await pool({ name: "cluster", type: "kubernetes", is_paused: true, concurrency_limit: 100 });
}
