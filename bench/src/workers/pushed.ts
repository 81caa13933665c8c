import type { Work } from "../group.ts";
import { prepared } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";
import { joinPool } from "./channel.ts";
import { claim, newPool, propose, type WorkersStage } from "./pools.ts";

const spacingMillis = 100;
const leadMillis = 2000;

/** How soon a due run is Running, without the start of a process. */
export const pushed: Work<WorkersStage> = {
  rows: [{ row: "due to Running, pushed to a worker", unit: "ms" }],
  how: (effort) =>
    `${count(effort)} runs ${spacingMillis} ms apart, made before; one connected worker, which claims when it is told that runs are due; from a run's time to the answer of set_state RUNNING`,
  async measure(stage, effort) {
    const { target, server } = stage;
    const pool = await newPool(stage);
    const first = Date.now() + leadMillis + count(effort) * 10;
    const times = new Map<string, number>();
    for (let index = 0; index < count(effort); index += 1) {
      const at = first + index * spacingMillis;
      const state = { type: "SCHEDULED", state_details: { scheduled_time: new Date(at).toISOString() } };
      const path = `/deployments/${pool.deploymentId}/create_flow_run`;
      times.set((await prepared<{ id: string }>(target, server, path, { state })).id, at);
    }
    const latencies: number[] = [];
    const all = Promise.withResolvers<void>();
    const start = async () => {
      for (const { id, state_id } of await claim(stage, pool, 100)) {
        await propose(stage, id, { type: "RUNNING", state_details: { claim: state_id } });
        latencies.push(Date.now() - (times.get(id) ?? Number.NaN));
      }
      if (latencies.length === count(effort)) all.resolve();
    };
    const channel = await joinPool(target.apiUrl, pool.name, () => void start().catch(all.reject));
    await all.promise;
    channel.close();
    return [latencies];
  },
};

function count(effort: Effort): number {
  return amount(effort, 100, 10);
}
