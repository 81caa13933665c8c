import { randomUUID } from "node:crypto";
import { patiently, pause } from "./api.ts";
import { markedProcesses } from "./marks.ts";

export interface RunRequestsOptions {
  readonly apiUrl: string;
  readonly deployments: readonly DeploymentOfRuns[];
  /** The deployment of each client. A client waits for its run before it asks for the next one. */
  readonly clients: readonly string[];
  /** The file to which the processes of the runs write. */
  readonly marks: string;
  /** What a client asks for, beside the run itself. */
  readonly wishes?: () => object;
}

/** Clients that ask for runs of deployments. */
export interface RunRequests {
  /** Asks for no more runs, and lets those under way end. */
  finish(): Promise<AskedRuns>;
  /** Asks for no more runs, and waits for nothing. */
  giveUp(): void;
}

export interface AskedRuns {
  /** Ids of the runs that the server has acknowledged. */
  readonly requested: readonly string[];
  /** Runs of schedules that were cancelled in line. */
  readonly cancelled: ReadonlySet<string>;
  /** Runs that did not end though nothing was asked for or broken any more. */
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
}

export interface DeploymentOfRuns {
  readonly id: string;
  readonly name: string;
  readonly global_concurrency_limit: { readonly limit: number; readonly active_slots: number } | null;
}

export interface DeployedRun {
  readonly id: string;
  readonly state_id: string;
  readonly state_type: string;
  readonly state_name: string;
  readonly auto_scheduled: boolean;
  readonly next_scheduled_start_time: string | null;
  readonly state: { readonly message: string | null; readonly state_details: { readonly claim?: string | null } };
}

interface Proposed {
  readonly state: { readonly id: string; readonly state_details: { readonly transition_id?: string | null } } | null;
}

const lookMillis = 500;
/**
 * Within this time another one of the open runs has to end: a run that is claimed by a dead process is taken back after 30 s, and processes of a
 * busy machine take long to start.
 */
const settlingSeconds = 150;
const open = new Set(["SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED"]);

export function startRunRequests(options: RunRequestsOptions): RunRequests {
  const { apiUrl, deployments, clients, marks, wishes = () => ({}) } = options;
  const wrong: string[] = [];
  const stuck: string[] = [];
  const requested: string[] = [];
  const cancelled = new Set<string>();
  let isAsking = true;
  let giveUp = Number.POSITIVE_INFINITY;
  const isLate = () => performance.now() > giveUp;
  const waitOn = () => {
    giveUp = performance.now() + settlingSeconds * 1000;
  };
  const runUrl = (id: string) => `${apiUrl}/flow_runs/${id}`;

  async function requestRun(deploymentId: string): Promise<void> {
    const url = `${apiUrl}/deployments/${deploymentId}/create_flow_run`;
    const { id } = await patiently<DeployedRun>(url, { ...wishes(), idempotency_key: randomUUID() });
    requested.push(id);
    while (!isLate()) {
      const run = await patiently<DeployedRun>(runUrl(id));
      if (!open.has(run.state_type)) return;
      if (isFarAhead(run)) return await pause(farRestMillis);
      await pause(lookMillis);
    }
  }

  async function client(name: string): Promise<void> {
    const deployment = deployments.find((one) => one.name === name);
    if (deployment === undefined) return void wrong.push(`deployment ${name} is not registered`);
    while (isAsking) {
      await requestRun(deployment.id).catch((error) => wrong.push(`run of ${name}: ${String(error)}`));
    }
  }

  /**
   * Schedules make no more runs; runs that have begun, or that somebody has asked for, go on. A clock that was moved ahead has made the runs
   * of an hour due at once: those that still wait for a slot are cancelled.
   */
  async function settle(): Promise<void> {
    for (const { id } of deployments) await patiently(`${apiUrl}/deployments/${id}/pause_deployment`, {});
    let fewest = Number.POSITIVE_INFINITY;
    for (;;) {
      const left = await openRuns(apiUrl, deployments);
      if (left.length === 0) return;
      if (left.length < fewest) waitOn();
      fewest = Math.min(fewest, left.length);
      if (isLate()) {
        for (const run of left) stuck.push(await describeStuck(run));
        return;
      }
      const begun = new Set((await markedProcesses(marks)).map(({ run }) => run));
      for (const run of left) {
        if (isFarAhead(run)) await startNow(run);
        else if (waitsInLine(run) && !begun.has(run.id) && !cancelled.has(run.id)) await cancel(run);
      }
      await pause(lookMillis);
    }

    /** Takes the run as a worker would, which nobody can while another one has it, and gives it back for now. */
    async function startNow({ id }: DeployedRun): Promise<void> {
      const transition_id = randomUUID();
      const { state: taken } = await propose(id, {
        type: "PENDING",
        state_details: { transition_id, heartbeat_seconds: 30 },
      });
      if (taken?.state_details.transition_id !== transition_id) return;
      const details = { scheduled_time: new Date().toISOString(), claim: taken.id, transition_id: randomUUID() };
      await propose(id, { type: "SCHEDULED", state_details: details });
    }

    async function cancel({ id }: DeployedRun): Promise<void> {
      cancelled.add(id);
      await propose(id, { type: "CANCELLING", name: "Cancelling", state_details: { transition_id: randomUUID() } });
    }

    function propose(id: string, state: object): Promise<Proposed> {
      return patiently(`${runUrl(id)}/set_state`, { state });
    }
  }

  async function describeStuck({ id, state_name, state }: DeployedRun): Promise<string> {
    const waiting = await patiently<Waiting | null>(`${runUrl(id)}/waiting`);
    return `run ${id}: ${state_name}, ${state.message}; ${waiting?.reason ?? "it waits for nothing"}`;
  }

  const asking = Promise.all(clients.map(client));
  return {
    giveUp() {
      isAsking = false;
      giveUp = 0;
    },
    async finish() {
      isAsking = false;
      waitOn();
      await Promise.all([asking, settle()]);
      // A run that was asked for last may have come after the settling.
      await settle();
      return { requested, cancelled, stuck, wrong };
    },
  };
}

/** Why a run waits, as the server says it. */
export interface Waiting {
  readonly cause: string;
  readonly reason: string;
}

export function readDeployments(
  apiUrl: string,
  flowName: string,
  names: readonly string[],
): Promise<DeploymentOfRuns[]> {
  return Promise.all(
    names.map((name) =>
      patiently<DeploymentOfRuns>(`${apiUrl}/deployments/name/${encodeURIComponent(flowName)}/${name}`),
    ),
  );
}

const farMillis = 120_000;
/** A client that did not wait would ask for hundreds of such runs while a clock is ahead. */
const farRestMillis = 10_000;

/** Whether the run is due at a time that the moved clock of a server gave it. */
function isFarAhead({ state_type, next_scheduled_start_time: time }: DeployedRun): boolean {
  return state_type === "SCHEDULED" && time !== null && Date.parse(time) > Date.now() + farMillis;
}

function waitsInLine({ auto_scheduled, state_name }: DeployedRun): boolean {
  return auto_scheduled && state_name === "AwaitingConcurrencySlot";
}

function openRuns(apiUrl: string, deployments: readonly DeploymentOfRuns[]): Promise<DeployedRun[]> {
  return patiently(`${apiUrl}/flow_runs/filter`, {
    deployments: { id: { any_: deployments.map(({ id }) => id) } },
    flow_runs: { state: { type: { any_: [...open] } } },
  });
}
