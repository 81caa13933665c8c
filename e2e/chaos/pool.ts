import { basename, dirname, join } from "node:path";
import { patiently, pause } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import type { DeployedWork } from "./deployed-work.ts";
import { type LastingProcess, startLastingProcess } from "./lasting-process.ts";
import { markedProcesses } from "./marks.ts";
import type { LimitPeriod, LimitsOfPool } from "./pool-limits.ts";
import type { Random } from "./random.ts";
import { endRunProcesses, killRunProcess } from "./run-processes.ts";
import { type DeployedRun, readDeployments, startRunRequests, type Waiting } from "./run-requests.ts";

/** A work pool with its workers, and clients that ask for runs of its deployments. */
export interface Pool {
  /** Kills a worker, and returns the seconds until its successor serves. The processes of its runs go on. */
  killWorker(random: Random): Promise<number>;
  /** Ends a worker, which lets its runs end, and returns the seconds until its successor serves. */
  drainWorker(random: Random): Promise<number>;
  /** Kills the process of a run, and returns the seconds until the server knows of that; undefined where nothing ran. */
  killRunProcess(random: Random): Promise<number | undefined>;
  /** Pauses the pool for a while, and looks why its runs wait. */
  pause(seconds: number): Promise<void>;
  /** Changes a limit of the pool, or of one of its queues, until the next change. */
  changeLimit(random: Random): Promise<string>;
  /** Asks for no more runs, lets those under way end, and ends the workers. */
  finish(): Promise<PoolWork>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

export interface PoolWork extends DeployedWork {
  readonly name: string;
  readonly limits: readonly LimitPeriod[];
  readonly queueOf: Readonly<Record<string, string>>;
}

export interface PoolOptions {
  readonly random: Random;
  /** Whether there is time to wait until the server counts a killed worker as lost: some successors have other names then, and more is asked for. */
  readonly long: boolean;
}

const name = "chaos";
const flowName = "chaos pooled";
const deployed = [
  { name: "urgent", queue: "urgent", run_policy: restarting() },
  { name: "normal", queue: "normal", run_policy: null },
  {
    name: "timed",
    queue: "normal",
    run_policy: restarting(),
    concurrency_limit: 1,
    // A clock that is moved ahead makes no more than these due at once.
    schedules: [{ schedule: { interval: 10 }, max_scheduled_runs: 3 }],
  },
];
const queueOf = Object.fromEntries(deployed.map(({ name, queue }) => [name, queue]));
const restartedAfterCrash = new Set(deployed.flatMap(({ name, run_policy }) => (run_policy === null ? [] : [name])));
/** More clients than slots make runs wait. Each run is a process: there are fewer where there is little time. */
const clients = { long: ["urgent", "urgent", "urgent", "normal"], short: ["urgent", "urgent", "urgent"] };
const firstLimits: LimitsOfPool = { pool: 3, queues: { urgent: 2, normal: Number.POSITIVE_INFINITY } };
const workerCount = 2;
const runsPerWorker = 3;
const drainSeconds = 50;

export async function startPool(cluster: Cluster, { random, long }: PoolOptions): Promise<Pool> {
  const { apiUrl, flowInjection, command } = cluster;
  const marks = join(cluster.folder, "pool-marks");
  const poolUrl = `${apiUrl}/work_pools/${name}`;
  const wrong: string[] = [];
  const killedClaims = new Set<string>();
  await makePool(cluster);
  const limits = [await readPeriod(apiUrl, firstLimits, process.hrtime.bigint())];
  const readOwn = () => readDeployments(apiUrl, flowName, [...restartedAfterCrash, "normal"]);
  const deployments = await readOwn();
  let named = 0;

  function begin(ownName: string): LastingProcess {
    const options = ["--pool", name, "--name", ownName, "--limit", runsPerWorker, "--drain-seconds", drainSeconds];
    return startLastingProcess(cluster, {
      what: `worker ${ownName}`,
      args: [command, "worker", "start", ...options.map(String)],
      // Its runs get this variable too, and with it their faults and the claim for their marks.
      environment: { NODE_OPTIONS: flowInjection.execArgv.join(" ") },
      announcement: `serves work pool "${name}"`,
      marks,
      onFailure: (why) => wrong.push(why),
    });
  }

  function newName(): string {
    named += 1;
    return `worker-${named}`;
  }

  const workers = Array.from({ length: workerCount }, () => {
    const ownName = newName();
    return { ownName, process: begin(ownName) };
  });
  await Promise.all(workers.map((worker) => worker.process.ready));

  /** Ends a worker, and starts its successor, under the same name or under another one. */
  async function replace(by: Random, end: (worker: LastingProcess) => Promise<void>): Promise<number> {
    const worker = by.pick(workers);
    const isRenamed = by.next() < 0.5 && long;
    const begun = performance.now();
    await end(worker.process);
    if (isRenamed) worker.ownName = newName();
    worker.process = begin(worker.ownName);
    await worker.process.ready;
    return (performance.now() - begun) / 1000;
  }

  async function change(changed: LimitsOfPool, url: string, body: object): Promise<void> {
    const askedAt = process.hrtime.bigint();
    await patiently(url, body, { method: "PATCH" });
    limits.push(await readPeriod(apiUrl, changed, askedAt));
  }

  let current = firstLimits;
  const priorities = random.fork();
  const requests = startRunRequests({
    apiUrl,
    deployments,
    clients: clients[long ? "long" : "short"],
    marks,
    wishes: () => ({ priority: Math.round(priorities.between(-2, 2)) }),
  });
  return {
    killWorker: (by) => replace(by, (worker) => worker.kill()),
    drainWorker: (by) => replace(by, (worker) => worker.stop()),
    killRunProcess: (by) => killRunProcess({ apiUrl, marks }, by, (claim) => killedClaims.add(claim)),
    async pause(seconds) {
      await change({ ...current, pool: 0 }, poolUrl, { is_paused: true });
      wrong.push(...(await runsWithoutReason(apiUrl)));
      await pause(seconds * 1000);
      await change(current, poolUrl, { is_paused: false });
    },
    async changeLimit(by) {
      const limit = Math.floor(by.between(1, 5));
      if (by.next() < 0.5) {
        current = { ...current, pool: limit };
        await change(current, poolUrl, { concurrency_limit: limit });
        return `${limit} for the pool`;
      }
      current = { ...current, queues: { ...current.queues, urgent: limit } };
      await change(current, `${poolUrl}/queues/urgent`, { concurrency_limit: limit });
      return `${limit} for its queue`;
    },
    async finish() {
      // What a low limit has kept waiting is to end in the time that the end is given.
      await change(firstLimits, poolUrl, { concurrency_limit: firstLimits.pool });
      await change(firstLimits, `${poolUrl}/queues/urgent`, { concurrency_limit: firstLimits.queues.urgent });
      const asked = await requests.finish();
      await Promise.all(workers.map((worker) => worker.process.stop()));
      const processes = await markedProcesses(marks);
      const all = { ...asked, wrong: [...asked.wrong, ...wrong] };
      const found = { deployments, readDeployments: readOwn, processes, killedClaims, restartedAfterCrash };
      return { ...all, ...found, name, limits, queueOf };
    },
    async dispose() {
      requests.giveUp();
      await Promise.all(workers.map((worker) => worker.process.kill()));
      await endRunProcesses(marks);
    },
  };
}

function restarting() {
  return { on_crash: "restart", max_restarts: 100 };
}

async function makePool({ apiUrl, poolProgram }: Cluster): Promise<void> {
  const base_job_template = {
    job_configuration: { command: "{{ command }}", env: "{{ env }}", working_dir: "{{ working_dir }}" },
    variables: {
      type: "object",
      properties: { command: {}, env: {}, working_dir: { default: dirname(poolProgram) } },
    },
  };
  const pool = { name, type: "process", base_job_template, concurrency_limit: firstLimits.pool };
  await patiently(`${apiUrl}/work_pools/`, pool);
  const urgent = { name: "urgent", priority: 1, concurrency_limit: firstLimits.queues.urgent };
  await patiently(`${apiUrl}/work_pools/${name}/queues`, urgent);
  await patiently(`${apiUrl}/work_pools/${name}/queues`, { name: "normal", priority: 2 });
  const flow = await patiently<{ readonly id: string }>(`${apiUrl}/flows/`, { name: flowName });
  for (const { queue, ...deployment } of deployed) {
    await patiently(`${apiUrl}/deployments/`, {
      ...deployment,
      flow_id: flow.id,
      entrypoint: `${basename(poolProgram)}:pooled`,
      parameters: { deployment: deployment.name },
      work_pool_name: name,
      work_queue_name: queue,
    });
  }
}

function runsOfPool(apiUrl: string, types: readonly string[]): Promise<readonly DeployedRun[]> {
  return patiently(`${apiUrl}/flow_runs/filter`, {
    work_pools: { name: { any_: [name] } },
    flow_runs: { state: { type: { any_: types } } },
  });
}

async function readPeriod(apiUrl: string, limits: LimitsOfPool, askedAt: bigint): Promise<LimitPeriod> {
  const holders = await runsOfPool(apiUrl, ["PENDING", "RUNNING", "CANCELLING"]);
  const held = new Set(holders.map(({ state_id, state }) => state.state_details.claim ?? state_id));
  return { ...limits, askedAt, readAt: process.hrtime.bigint(), held };
}

const lookedAt = 10;

/** Scheduled runs of the paused pool of which the server does not say why they wait. */
async function runsWithoutReason(apiUrl: string): Promise<readonly string[]> {
  const runs = (await runsOfPool(apiUrl, ["SCHEDULED"])).slice(0, lookedAt);
  const reasons = await Promise.all(
    runs.map(({ id }) => patiently<Waiting | null>(`${apiUrl}/flow_runs/${id}/waiting`)),
  );
  return runs.flatMap(({ id, state_name }, index) =>
    reasons[index]?.reason ? [] : [`run ${id} of a paused pool is ${state_name}, and the server does not say why`],
  );
}
