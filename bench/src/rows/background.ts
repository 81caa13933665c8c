import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runProgram } from "../flow-program.ts";
import { type Group, group } from "../group.ts";
import { connect } from "../http-load.ts";
import { amount, repeat } from "../row.ts";
import { end, type Target } from "../target.ts";

const workerCount = 4;

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
    {
      rows: [{ row: `background tasks, ${workerCount} workers`, unit: "/s" }],
      peers: true,
      how: (effort) =>
        `${amount(effort, full.ours)} calls of delay() at once (peers: ${amount(effort, full.peers)}), until the results of all are known, by ${workerCount} workers of 10 at once`,
      async measure({ target }, effort) {
        const count = amount(effort, target.peer ? full.peers : full.ours, 10);
        const { program, env } = target.flows;
        const command = { program, args: [programOf(target)], env };
        return [await repeat(effort.runs, async () => count / (await runProgram(command, [String(count)])).seconds)];
      },
    },
  ],
});

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
