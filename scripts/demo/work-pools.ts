import type { Client } from "@ostinato/client";
import {
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  createQueueOfPool,
  createWorkPool,
  heartbeatOfWorker,
  readCollectionView,
  type StateCreate,
  setFlowRunState,
  type WorkPoolCreate,
} from "@ostinato/protocol";

/** Work pools in use: one with queues, a worker, and runs that hold its slots and wait for them; one that nobody works for; one that is paused. */
export async function makeWorkPools(client: Client): Promise<void> {
  const flow = (await client.call(createFlow, { body: { name: "train-demand-forecast", tags: [], labels: {} } })).id;
  const templates = await templatesByType(client);
  const pool = (body: WorkPoolCreate) =>
    client.call(createWorkPool, { body: { ...body, base_job_template: templates.get(body.type ?? "") ?? {} } });
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
  await client.call(heartbeatOfWorker, {
    params: queues,
    body: { name: "trainer-1", heartbeat_interval_seconds: 600 },
  });
  const nightly = await deploy("hourly", "gpu", "urgent");
  await start(nightly, "brave-heron", ["PENDING", "RUNNING"]);
  await start(nightly, "calm-otter", ["PENDING", "RUNNING"]);
  await start(nightly, "eager-finch", []);
  await start(await deploy("three-years", "gpu", "backfill"), "patient-crane", []);
  await pool({ name: "laptops", type: "process" });
  await start(await deploy("by-hand", "laptops", "default"), "lonely-wren", []);
  await pool({ name: "cluster", type: "kubernetes", is_paused: true, concurrency_limit: 100 });
}

type JobTemplate = NonNullable<WorkPoolCreate["base_job_template"]>;

/** The job templates with which pools of each type begin. */
async function templatesByType(client: Client): Promise<ReadonlyMap<string, JobTemplate>> {
  const view = await client.call(readCollectionView, { params: { view: "aggregate-worker-metadata" } });
  const packages = Object.values(view) as Readonly<Record<string, { default_base_job_configuration: JobTemplate }>>[];
  return new Map(
    packages.flatMap((types) =>
      Object.entries(types).map(([type, { default_base_job_configuration: template }]) => [type, template] as const),
    ),
  );
}
