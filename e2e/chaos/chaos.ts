import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
import { faults } from "./faults.ts";
import { type Random, seededRandom } from "./random.ts";
import { startWitness, type Testimony } from "./witness.ts";
import { patiently, startWorkers, type WorkDone } from "./workers.ts";

export interface ChaosOptions extends ClusterOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Processes that run flows side by side. */
  readonly workers: number;
  readonly say: (line: string) => void;
}

/** What is counted at the end. All but the first three should be nothing. */
export interface Verdict {
  readonly faults: number;
  readonly acknowledged: number;
  readonly resumed: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly stuck: readonly string[];
  readonly repeated: readonly string[];
  readonly wrong: readonly string[];
  /** Seconds from each fault until the server answered again. */
  readonly recoveries: readonly number[];
}

/** Breaks things for a while under load, mends them, and counts. The same seed makes the same faults in the same order. */
export async function chaos({ seed, seconds, workers: count, say, ...options }: ChaosOptions): Promise<Verdict> {
  const random = seededRandom(seed);
  const cluster = await startCluster(options);
  try {
    const witness = startWitness(cluster.apiUrl, seededRandom(seed + 1));
    const workers = startWorkers(cluster.apiUrl, cluster.folder, count);
    const recoveries: number[] = [];
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      await pause(random.between(0.5, 3));
      const fault = random.pick(faults.filter(({ possible }) => possible(cluster)));
      const begun = performance.now();
      await fault.make(cluster, random, workers);
      await patiently(`${cluster.apiUrl}/health`);
      const recovery = (performance.now() - begun) / 1000;
      recoveries.push(recovery);
      say(`${fault.name}: answered again after ${recovery.toFixed(1)} s`);
    }
    const done = await workers.finish();
    const testimony = await witness.stop();
    return { ...(await judge(cluster, testimony, done)), faults: recoveries.length, recoveries };
  } finally {
    await cluster.dispose();
  }
}

async function judge(cluster: Cluster, testimony: Testimony, done: WorkDone) {
  const lost: string[] = [];
  const doubled: string[] = [];
  let acknowledged = 0;
  for (const [id, states] of testimony.flowRuns) {
    const kept = await statesOf(cluster, "flow", id);
    acknowledged += states.length;
    compare({ what: `state of flow run ${id}`, expected: states, found: kept }, { lost, doubled });
  }
  for (const [flowRunId, taskRuns] of testimony.taskRuns) {
    const found = await patiently<{ id: string; state_type: string }[]>(`${cluster.apiUrl}/task_runs/filter`, {
      flow_runs: { id: { any_: [flowRunId] } },
    });
    const finished = found.filter(({ state_type }) => state_type === "COMPLETED").map(({ id }) => id);
    acknowledged += taskRuns.length;
    compare({ what: `finished task run of ${flowRunId}`, expected: taskRuns, found: finished }, { lost, doubled });
  }
  for (let start = 0; start < testimony.events.length; start += 50) {
    const ids = testimony.events.slice(start, start + 50);
    const { events } = await patiently<{ events: { id: string }[] }>(`${cluster.apiUrl}/events/filter`, {
      filter: { id: { id: ids }, occurred: { since: "2000-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z" } },
      limit: 50,
    });
    acknowledged += ids.length;
    compare({ what: "event", expected: ids, found: events.map(({ id }) => id) }, { lost, doubled });
  }
  const { repeated, wrong, resumed } = done;
  return { acknowledged, resumed, lost, doubled, repeated, wrong, stuck: await stuckRuns(cluster, done.flowRuns) };
}

interface Comparison {
  readonly what: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
}

function compare(
  { what, expected, found }: Comparison,
  { lost, doubled }: { lost: string[]; doubled: string[] },
): void {
  for (const id of expected) {
    const times = found.filter((other) => other === id).length;
    if (times === 0) lost.push(`${what}: ${id}`);
    if (times > 1) doubled.push(`${what}: ${id}`);
  }
}

async function statesOf({ apiUrl }: Cluster, kind: "flow", id: string): Promise<readonly string[]> {
  const states = await patiently<{ id: string }[]>(`${apiUrl}/${kind}_run_states/?${kind}_run_id=${id}`);
  return states.map((state) => state.id);
}

/** Runs whose process said that it was through, and that are not. */
async function stuckRuns({ apiUrl }: Cluster, ids: readonly string[]): Promise<readonly string[]> {
  const stuck: string[] = [];
  for (const id of ids) {
    const run = await patiently<{ state_type: string }>(`${apiUrl}/flow_runs/${id}`);
    if (!["COMPLETED", "FAILED", "CRASHED", "CANCELLED"].includes(run.state_type))
      stuck.push(`${id}: ${run.state_type}`);
    const open = await patiently<number>(`${apiUrl}/task_runs/count`, {
      flow_runs: { id: { any_: [id] } },
      task_runs: { state: { type: { any_: ["PENDING", "RUNNING"] } } },
    });
    if (open > 0) stuck.push(`${id}: ${open} task runs`);
  }
  return stuck;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

export type { Random };
