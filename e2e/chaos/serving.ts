import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { patiently, pause } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { type MarkedProcess, markedProcesses } from "./marks.ts";
import type { Random } from "./random.ts";
import { type ServingProcess, startServingProcess } from "./serving-process.ts";

/** Deployments of one flow, served by processes, and clients that ask for runs of them. */
export interface Serving {
  /** Kills a serving process, and returns the seconds until its successor serves. The processes of its runs go on. */
  killServingProcess(random: Random): Promise<number>;
  /** Kills the process of a run, and returns the seconds until the server knows of that; undefined where nothing ran. */
  killRunProcess(random: Random): Promise<number | undefined>;
  /** Asks for no more runs, lets those under way end, and ends the processes. */
  finish(): Promise<ServedWork>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

export interface ServedWork {
  readonly deployments: readonly ServedDeployment[];
  /** Ids of the runs that the server has acknowledged. */
  readonly requested: readonly string[];
  readonly processes: readonly MarkedProcess[];
  /** The claims whose process was killed. */
  readonly killedClaims: ReadonlySet<string>;
  /** Runs of schedules that were cancelled in line. */
  readonly cancelled: ReadonlySet<string>;
  /** Runs that did not end within the time for settling. */
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
}

export interface ServedDeployment {
  readonly id: string;
  readonly name: string;
  readonly global_concurrency_limit: { readonly limit: number; readonly active_slots: number } | null;
}

export interface ServedRun {
  readonly id: string;
  readonly state_type: string;
  readonly state_name: string;
  readonly auto_scheduled: boolean;
  readonly next_scheduled_start_time: string | null;
  readonly state: { readonly message: string | null; readonly state_details: { readonly claim?: string | null } };
}

const flowName = "chaos served";
export const restartedAfterCrash: ReadonlySet<string> = new Set(["limited", "scheduled"]);
const deploymentNames = ["limited", "scheduled", "free"];
/** Each client waits for its run before it asks for the next one: more clients than slots make runs wait. */
const clients = ["limited", "limited", "limited", "free", "free"];
const servingCount = 2;
const lookMillis = 500;
/** A run that is claimed by a dead process is taken back after 24 s, and a run in line may wait for several others. */
const settlingSeconds = 150;
/** How long a fault waits for a process that it can kill. */
const workMillis = 20_000;
const open = new Set(["SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED"]);

export async function startServing(cluster: Cluster): Promise<Serving> {
  const { apiUrl } = cluster;
  const marks = join(cluster.folder, "marks");
  const wrong: string[] = [];
  const stuck: string[] = [];
  const requested: string[] = [];
  const killedClaims = new Set<string>();
  const cancelled = new Set<string>();
  let giveUp = Number.POSITIVE_INFINITY;
  const isLate = () => performance.now() > giveUp;
  const begin = (): ServingProcess => startServingProcess(cluster, { marks, onFailure: (why) => wrong.push(why) });
  const serving = Array.from({ length: servingCount }, begin);
  await Promise.all(serving.map(({ ready }) => ready));
  const deployments = await readDeployments(apiUrl);
  const runUrl = (id: string) => `${apiUrl}/flow_runs/${id}`;

  async function requestRun(deploymentId: string): Promise<void> {
    const url = `${apiUrl}/deployments/${deploymentId}/create_flow_run`;
    const { id } = await patiently<ServedRun>(url, { idempotency_key: randomUUID() });
    requested.push(id);
    while (!isLate()) {
      const run = await patiently<ServedRun>(runUrl(id));
      if (!open.has(run.state_type)) return;
      if (isFarAhead(run)) return await pause(farRestMillis);
      await pause(lookMillis);
    }
  }

  async function client(name: string): Promise<void> {
    const deployment = deployments.find((one) => one.name === name);
    if (deployment === undefined) return void wrong.push(`deployment ${name} is not registered`);
    while (giveUp === Number.POSITIVE_INFINITY) {
      await requestRun(deployment.id).catch((error) => wrong.push(`run of ${name}: ${String(error)}`));
    }
  }

  /**
   * Schedules make no more runs; runs that have begun, or that somebody has asked for, go on. A clock that was moved ahead has made the runs
   * of an hour due at once: those that still wait for a slot are cancelled.
   */
  async function settle(): Promise<void> {
    for (const { id } of deployments) await patiently(`${apiUrl}/deployments/${id}/pause_deployment`, {});
    const startedAnew = new Set<string>();
    for (;;) {
      const left = await openRuns(apiUrl, deployments);
      if (left.length === 0) return;
      if (isLate()) {
        stuck.push(...left.map(({ id, state_name, state }) => `served run ${id}: ${state_name}, ${state.message}`));
        return;
      }
      const begun = new Set((await markedProcesses(marks)).map(({ run }) => run));
      for (const run of left) {
        if (isFarAhead(run) && !startedAnew.has(run.id)) await startNow(run);
        else if (waitsInLine(run) && !begun.has(run.id) && !cancelled.has(run.id)) await cancel(run);
      }
      await pause(lookMillis);
    }

    async function startNow({ id }: ServedRun): Promise<void> {
      startedAnew.add(id);
      const state = { type: "SCHEDULED", state_details: { scheduled_time: new Date().toISOString() } };
      await patiently(`${apiUrl}/flow_runs/${id}/set_state`, { state });
    }

    async function cancel({ id }: ServedRun): Promise<void> {
      cancelled.add(id);
      const state = { type: "CANCELLING", name: "Cancelling", state_details: { transition_id: randomUUID() } };
      await patiently(`${apiUrl}/flow_runs/${id}/set_state`, { state });
    }
  }

  const asking = Promise.all(clients.map(client));
  return {
    async killServingProcess(random) {
      const index = Math.floor(random.next() * serving.length);
      const begun = performance.now();
      await serving[index]?.kill();
      const successor = begin();
      serving[index] = successor;
      await successor.ready;
      return (performance.now() - begun) / 1000;
    },
    async killRunProcess(random) {
      const working = await workingProcesses(marks);
      if (working.length === 0) return undefined;
      const { run, claim, pid } = random.pick(working);
      killedClaims.add(claim);
      const begun = performance.now();
      process.kill(pid, "SIGKILL");
      for (;;) {
        const { state_type, state } = await patiently<ServedRun>(runUrl(run));
        if (state_type !== "RUNNING" || state.state_details.claim !== claim) break;
        await pause(lookMillis / 10);
      }
      return (performance.now() - begun) / 1000;
    },
    async finish() {
      giveUp = performance.now() + settlingSeconds * 1000;
      await asking;
      await settle();
      await Promise.all(serving.map((one) => one.stop()));
      return { deployments, requested, processes: await markedProcesses(marks), killedClaims, cancelled, stuck, wrong };
    },
    async dispose() {
      giveUp = 0;
      await Promise.all(serving.map((one) => one.kill()));
      for (const { pid, hasEnded } of await markedProcesses(marks)) if (!hasEnded && isAlive(pid)) process.kill(pid);
    },
  };
}

/** The processes that work on a run, as soon as there are any. */
async function workingProcesses(marks: string): Promise<readonly MarkedProcess[]> {
  const giveUp = performance.now() + workMillis;
  for (;;) {
    const processes = await markedProcesses(marks);
    const working = processes.filter(({ pid, hasEnded }) => !hasEnded && isAlive(pid));
    if (working.length > 0 || performance.now() > giveUp) return working;
    await pause(lookMillis / 10);
  }
}

export function readDeployments(apiUrl: string): Promise<ServedDeployment[]> {
  return Promise.all(
    deploymentNames.map((name) =>
      patiently<ServedDeployment>(`${apiUrl}/deployments/name/${encodeURIComponent(flowName)}/${name}`),
    ),
  );
}

const farMillis = 120_000;
/** A client that did not wait would ask for hundreds of such runs while a clock is ahead. */
const farRestMillis = 10_000;

/** Whether the run is due at a time that the moved clock of a server gave it. */
function isFarAhead({ state_type, next_scheduled_start_time: time }: ServedRun): boolean {
  return state_type === "SCHEDULED" && time !== null && Date.parse(time) > Date.now() + farMillis;
}

function waitsInLine({ auto_scheduled, state_name }: ServedRun): boolean {
  return auto_scheduled && state_name === "AwaitingConcurrencySlot";
}

function openRuns(apiUrl: string, deployments: readonly ServedDeployment[]): Promise<ServedRun[]> {
  return patiently(`${apiUrl}/flow_runs/filter`, {
    deployments: { id: { any_: deployments.map(({ id }) => id) } },
    flow_runs: { state: { type: { any_: [...open] } } },
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
