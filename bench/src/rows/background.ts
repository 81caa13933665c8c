import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runProgram } from "../flow-program.ts";
import { type Group, group, type Work } from "../group.ts";
import { connect } from "../http-load.ts";
import { amount, repeat } from "../row.ts";
import { type Command, end, type Target } from "../target.ts";

export const workerCount = 4;

interface Stage {
  readonly target: Target;
  readonly workers: readonly ChildProcess[];
}

/** Peers get fewer, because each costs them more. */
const full = { ours: 2000, peers: 60 };

/** Background tasks, from `delay()` to their results, with workers in processes of their own. */
export const background: Group = group<Stage>({
  name: "background",
  async open(target) {
    const workers = Array.from({ length: workerCount }, () => startWorker(target));
    try {
      await untilConnected(target);
    } catch (error) {
      await Promise.all(workers.map(end));
      throw error;
    }
    return { target, workers };
  },
  async close({ workers }) {
    await Promise.all(workers.map(end));
  },
  works: [
    backgroundWork(({ target }) => ({
      command: { program: target.flows.program, args: [programOf(target)], env: target.flows.env },
      full: target.peer ? full.peers : full.ours,
    })),
  ],
});

interface Delaying {
  /** Delays as many as its argument says, and prints the seconds until it knows the results. */
  readonly command: Command;
  readonly full: number;
}

/** The row, for each system with a queue. */
export function backgroundWork<Stage>(delaying: (stage: Stage) => Delaying): Work<Stage> {
  return {
    rows: [{ row: `background tasks, ${workerCount} workers`, unit: "/s" }],
    peers: true,
    how: (effort) =>
      `${amount(effort, full.ours)} calls of delay() at once (Prefect: ${amount(effort, full.peers)}), until the results of all are known, by ${workerCount} workers of 10 at once; of graphile-worker until the table of jobs is empty`,
    async measure(stage, effort) {
      const { command, full } = delaying(stage);
      const count = amount(effort, full, 10);
      return [await repeat(effort.runs, async () => count / (await runProgram(command, [String(count)])).seconds)];
    },
  };
}

function programOf({ peer }: Target): string {
  return fileURLToPath(new URL(`../programs/background.${peer ? "py" : "ts"}`, import.meta.url));
}

function startWorker(target: Target): ChildProcess {
  const { program, env } = target.flows;
  return spawn(program, [programOf(target), "work"], { env: { ...process.env, ...env }, stdio: "ignore" });
}

const patienceMillis = 60_000;

async function untilConnected({ apiUrl }: Target): Promise<void> {
  const server = connect(apiUrl, 1);
  const giveUpAt = performance.now() + patienceMillis;
  while ((await server.json<readonly unknown[]>("POST", "/task_workers/filter", {})).length < workerCount) {
    if (performance.now() > giveUpAt) throw new Error(`${workerCount} task workers did not connect`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.close();
}
