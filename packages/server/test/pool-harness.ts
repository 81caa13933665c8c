import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { FlowRun, OrchestrationResult, StateCreate, WorkerFlowRun } from "@ostinato/protocol";
import type { FakeClock } from "@ostinato/testing/clock";
import type { TestServer } from "./harness.ts";

/** A work pool with a deployment in its default queue, as tests use them. */
export interface TestPool {
  readonly name: string;
  readonly deploymentId: string;
  /** Makes a run that is due so many seconds from now. */
  run(given?: RunGiven): Promise<string>;
  queue(name: string, given?: object): Promise<string>;
  claim(limit?: number, given?: object): Promise<readonly FlowRun[]>;
  /** Prefect's poll. */
  poll(body?: object): Promise<readonly WorkerFlowRun[]>;
  change(given: object): Promise<void>;
  changeQueue(name: string, given: object): Promise<void>;
  setState(id: string, state: StateCreate): Promise<OrchestrationResult>;
  read(id: string): Promise<FlowRun>;
}

export interface RunGiven {
  readonly at?: number;
  readonly queue?: string;
  readonly priority?: number;
  readonly deploymentId?: string;
}

let pools = 0;

export async function testPool(server: TestServer, clock: FakeClock, given: object = {}): Promise<TestPool> {
  pools += 1;
  const name = `pool-${pools}`;
  await done(server, "POST", "/work_pools/", { name, type: "process", ...given });
  const { id: flowId } = await done<{ id: string }>(server, "POST", "/flows/", { name: `flow of ${name}` });
  const deployment = { name: "d", flow_id: flowId, work_pool_name: name };
  const { id: deploymentId } = await done<{ id: string }>(server, "POST", "/deployments/", deployment);
  const ofPool = `/work_pools/${name}`;
  return {
    name,
    deploymentId,
    async run({ at = 0, queue, priority, deploymentId: other = deploymentId } = {}) {
      const scheduled_time = formatTimestamp(addSeconds(clock.now(), at));
      const made = await done<FlowRun>(server, "POST", `/deployments/${other}/create_flow_run`, {
        state: { type: "SCHEDULED", state_details: { scheduled_time } },
        ...(queue === undefined ? {} : { work_queue_name: queue }),
        ...(priority === undefined ? {} : { priority }),
      });
      return made.id;
    },
    queue: async (queue, more = {}) =>
      (await done<{ id: string }>(server, "POST", `${ofPool}/queues`, { name: queue, ...more })).id,
    async claim(limit = 10, more = {}) {
      const body = { worker_name: "w", limit, ...more };
      const claimed = await done<readonly WorkerFlowRun[]>(server, "POST", `${ofPool}/claim`, body);
      return claimed.map(({ flow_run }) => flow_run);
    },
    poll: (body = {}) => done(server, "POST", `${ofPool}/get_scheduled_flow_runs`, body),
    change: (more) => done(server, "PATCH", ofPool, more),
    changeQueue: (queue, more) => done(server, "PATCH", `${ofPool}/queues/${queue}`, more),
    setState: (id, state) => done(server, "POST", `/flow_runs/${id}/set_state`, { state }),
    read: (id) => done(server, "GET", `/flow_runs/${id}`),
  };
}

async function done<T>(server: TestServer, method: "GET" | "POST" | "PATCH", path: string, body?: object): Promise<T> {
  const reply = await server.call<T>(method, path, body);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}
