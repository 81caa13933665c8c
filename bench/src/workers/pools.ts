import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Connections, load, prepared } from "../http-load.ts";
import type { Target } from "../target.ts";

export interface WorkersStage {
  readonly target: Target;
  readonly server: Connections;
}

/** A work pool with a deployment. */
export interface Pool {
  readonly name: string;
  readonly deploymentId: string;
}

const programs = fileURLToPath(new URL("../programs", import.meta.url));

export async function newPool({ target, server }: WorkersStage, fields: object = {}): Promise<Pool> {
  const name = `bench-${randomUUID()}`;
  const make = (path: string, body: object) => prepared<{ id: string }>(target, server, path, body);
  await make("/work_pools/", { name, type: "process", ...fields });
  const flow = await make("/flows/", { name: "bench deployed" });
  const deployment = await make("/deployments/", {
    name,
    flow_id: flow.id,
    work_pool_name: name,
    entrypoint: `deployed.${target.peer ? "py" : "ts"}:deployed`,
    pull_steps: [{ "prefect.deployments.steps.set_working_directory": { directory: programs } }],
  });
  return { name, deploymentId: deployment.id };
}

/** Makes runs of the pool that are due; gives their ids. */
export async function makeDue({ target, server }: WorkersStage, pool: Pool, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  // A peer refuses most of sixteen on SQLite.
  await load(count, target.peer ? 1 : 16, async () => {
    const path = `/deployments/${pool.deploymentId}/create_flow_run`;
    ids.push((await prepared<{ id: string }>(target, server, path, {})).id);
    return { status: 201 };
  });
  return ids;
}

export interface ClaimedRun {
  readonly id: string;
  readonly state_id: string;
}

interface Offered {
  readonly flow_run: ClaimedRun;
}

/** Claims runs as a worker of Ostinato. */
export async function claim(
  { server }: Pick<WorkersStage, "server">,
  pool: Pick<Pool, "name">,
  limit: number,
): Promise<readonly ClaimedRun[]> {
  const body = { worker_name: "bench", limit };
  const claimed = await server.json<readonly Offered[]>("POST", `/work_pools/${pool.name}/claim`, body);
  return claimed.map(({ flow_run }) => flow_run);
}

/** The path and body by which a worker of Prefect polls. */
export function poll(pool: Pick<Pool, "name">, limit?: number): readonly [path: string, body: object] {
  const scheduled_before = new Date(Date.now() + 10_000).toISOString();
  return [
    `/work_pools/${pool.name}/get_scheduled_flow_runs`,
    { work_queue_names: [], scheduled_before, ...(limit === undefined ? {} : { limit }) },
  ];
}

/** Finds the due runs as a worker of Prefect, which then has to propose each as PENDING. */
export async function pollFor({ target, server }: WorkersStage, pool: Pool, limit: number): Promise<readonly string[]> {
  const offered = await prepared<readonly Offered[]>(target, server, ...poll(pool, limit));
  return offered.map(({ flow_run }) => flow_run.id);
}

/** Whether the run has the state now. */
export async function propose({ target, server }: WorkersStage, id: string, state: object): Promise<boolean> {
  const { status } = await prepared<{ status: string }>(target, server, `/flow_runs/${id}/set_state`, { state });
  return status === "ACCEPT";
}
