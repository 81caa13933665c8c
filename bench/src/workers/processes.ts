import { spawn } from "node:child_process";
import type { Work } from "../group.ts";
import { amount, type Effort } from "../row.ts";
import { startWorks } from "../rows/starts.ts";
import { firstRunOf } from "../started-flow.ts";
import { end, type Target } from "../target.ts";
import { makeDue, newPool, type Pool, type WorkersStage } from "./pools.ts";

const workers = 2;
const runsAtOnce = 4;

/** What real worker processes do, and the processes that they start. */
export const workerProcesses: readonly Work<WorkersStage>[] = [
  {
    rows: [
      { row: "runs drained by worker processes", unit: "/s" },
      { row: "runs drained by worker processes: Pending to Running", unit: "ms" },
    ],
    peers: true,
    how: (effort) =>
      `${workers} processes \`worker start\` with ${runsAtOnce} runs at once, ${count(effort)} runs that are made at once, each a process that imports its flow; from the first request to make them until all are COMPLETED; and from the worker's PENDING to the run's RUNNING, which is the start of its process`,
    notice: (effort) => `${workers} worker processes drain ${count(effort)} runs`,
    measure: (stage, effort) => drain(stage, count(effort)),
  },
  ...startWorks<WorkersStage>({
    what: "a worker's run",
    count: 40,
    async start(stage) {
      const { target, server } = stage;
      const pool = await newPool(stage);
      const stop = startWorker(target, pool);
      return firstRunOf({ target, server, deploymentId: Promise.resolve(pool.deploymentId), stop });
    },
  }),
];

function count(effort: Effort): number {
  return amount(effort, 60, 8);
}

function startWorker({ commandLine }: Target, pool: Pool): () => Promise<void> {
  const { program, args, env } = commandLine;
  const given = ["worker", "start", "--pool", pool.name, "--type", "process", "--limit", String(runsAtOnce)];
  const child = spawn(program, [...args, ...given], { env: { ...process.env, ...env }, stdio: "ignore" });
  return () => end(child);
}

async function drain(stage: WorkersStage, count: number): Promise<readonly (readonly number[])[]> {
  const { target, server } = stage;
  const pool = await newPool(stage);
  const stops = Array.from({ length: workers }, () => startWorker(target, pool));
  try {
    // Once each worker runs something, all of them are there.
    await executed(stage, await makeDue(stage, pool, workers * runsAtOnce));
    const begun = performance.now();
    const ids = await makeDue(stage, pool, count);
    await executed(stage, ids);
    const perSecond = count / ((performance.now() - begun) / 1000);
    const starts: number[] = [];
    for (const id of ids) starts.push(await startMillis(server, id));
    return [[perSecond], starts];
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

/** The time that the first runs may take, with the start of the workers, and the time that each run may add. */
const patienceSeconds = { toBegin: 120, each: 15 };

/** Waits until all of the runs are COMPLETED. Rejects when they take too long, and says where the others are. */
async function executed({ target, server }: WorkersStage, ids: readonly string[]): Promise<void> {
  const seconds = patienceSeconds.toBegin + patienceSeconds.each * ids.length;
  const deadline = performance.now() + seconds * 1000;
  const body = { flow_runs: { id: { any_: ids }, state: { type: { any_: ["COMPLETED"] } } } };
  for (;;) {
    const { status, text } = await server.send("POST", "/flow_runs/count", body);
    if (status < 400 && Number(text) === ids.length) return;
    if (performance.now() > deadline) {
      const left = await leftOf(server, ids);
      throw new Error(`After ${seconds} s, runs of ${target.name} are left: ${left}`);
    }
    await new Promise((resolve) => setTimeout(resolve, target.peer ? 200 : 20));
  }
}

/** Says which runs are not COMPLETED, by their states. */
async function leftOf(server: WorkersStage["server"], ids: readonly string[]): Promise<string> {
  const byState = new Map<string, string[]>();
  for (const id of ids) {
    const { state } = await server.json<{ readonly state: RunState | null }>("GET", `/flow_runs/${id}`);
    if (state?.type === "COMPLETED") continue;
    const key = state === null ? "without a state" : `${state.name} (${state.message ?? "no message"})`;
    byState.set(key, [...(byState.get(key) ?? []), id]);
  }
  return [...byState].map(([state, runs]) => `${runs.length} ${state}, such as ${runs[0]}`).join("; ");
}

interface RunState {
  readonly type: string;
  readonly name: string;
  readonly message: string | null;
  readonly timestamp: string;
}

/** Milliseconds from PENDING to RUNNING. */
async function startMillis(server: WorkersStage["server"], id: string): Promise<number> {
  const states = await server.json<readonly RunState[]>("GET", `/flow_run_states/?flow_run_id=${id}`);
  const at = (type: string) => Date.parse(states.find((state) => state.type === type)?.timestamp ?? "");
  return at("RUNNING") - at("PENDING");
}
