import { join } from "node:path";
import { patiently, pause, request } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { type LastingProcess, startLastingProcess } from "./lasting-process.ts";

/** A process that serves runs which leave their process while they ask for a number, and a client that asks for one run after the other. */
export interface Suspensions {
  /** Kills the serving process, and resolves when its successor serves. Runs that are suspended lose nothing by it. */
  killServing(): Promise<void>;
  /** Asks for no more runs, waits for the end of the last one, and gives what went on for ever. */
  finish(): Promise<readonly string[]>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

interface Run {
  readonly id: string;
  readonly state_type: string;
  readonly state_name: string;
  readonly next_scheduled_start_time: string | null;
}

const open = new Set(["SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"]);
const lookMillis = 300;
const farMillis = 600_000;
const endMillis = 150_000;

function scheduledNow(name: string) {
  return { type: "SCHEDULED", name, state_details: { scheduled_time: new Date().toISOString() } };
}

function isFarOff({ state_type, next_scheduled_start_time: time }: Run): boolean {
  return state_type === "SCHEDULED" && time !== null && Date.parse(time) > Date.now() + farMillis;
}

export async function startSuspensions(cluster: Cluster, onFailure: (why: string) => void): Promise<Suspensions> {
  const { apiUrl, folder, flowInjection, suspendProgram } = cluster;
  const begin = (): LastingProcess =>
    startLastingProcess(cluster, {
      what: "the process that serves suspended runs",
      args: [...flowInjection.execArgv, suspendProgram],
      announcement: "serving",
      marks: join(folder, "suspension-marks"),
      onFailure,
    });
  let serving = begin();
  await serving.ready;
  let isOver = false;
  const stuck: string[] = [];

  async function runOnce(deploymentId: string, idempotency_key: string): Promise<void> {
    const create = `${apiUrl}/deployments/${deploymentId}/create_flow_run`;
    const { id } = await patiently<Run>(create, { state: scheduledNow("Scheduled"), idempotency_key });
    const giveUp = performance.now() + endMillis;
    for (;;) {
      const run = await patiently<Run>(`${apiUrl}/flow_runs/${id}`);
      const { state_type, state_name } = run;
      if (!open.has(state_type)) return;
      // It was answered while the server's clock was ahead.
      if (isFarOff(run)) await request(`${apiUrl}/flow_runs/${id}/set_state`, { state: scheduledNow(state_name) });
      if (performance.now() > giveUp) return void stuck.push(`run ${id} that was suspended stays ${state_name}`);
      await pause(lookMillis);
    }
  }

  const asking = (async () => {
    const { id } = await patiently<{ readonly id: string }>(`${apiUrl}/deployments/name/chaos%20suspends/suspends`);
    for (let runs = 0; !isOver; runs += 1) await runOnce(id, `suspension ${runs}`);
  })().catch((error: unknown) => onFailure(`suspended runs can't be asked for: ${error}`));

  return {
    async killServing() {
      await serving.kill();
      serving = begin();
      await serving.ready;
    },
    async finish() {
      isOver = true;
      await asking;
      await serving.stop();
      return stuck;
    },
    async dispose() {
      isOver = true;
      await serving.kill();
    },
  };
}
