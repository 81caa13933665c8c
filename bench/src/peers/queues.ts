import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Group, group } from "../group.ts";
import { backgroundWork, workerCount } from "../rows/background.ts";
import { type Command, end, type Target } from "../target.ts";

interface Stage {
  readonly command: Command;
  readonly workers: readonly ChildProcess[];
}

/** As many as of ours: these queues are as quick. */
const full = 2000;

/** The same background tasks by the queue of a library, whose programs use its database themselves. */
const queue: Group = group<Stage>({
  name: "background",
  async open({ flows }) {
    await prepare(flows);
    const workers = await Promise.all(Array.from({ length: workerCount }, () => startWorker(flows)));
    return { command: flows, workers };
  },
  async close({ workers }) {
    await Promise.all(workers.map(end));
  },
  works: [backgroundWork(({ command }) => ({ command, full }))],
});

export interface LibraryQueue {
  readonly name: string;
  /** The file in `programs`. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
}

export async function onQueue(
  { name, program, env, databaseUrl }: LibraryQueue,
  target: Target,
  measure: (group: Group, target: Target) => Promise<void>,
): Promise<void> {
  const file = fileURLToPath(new URL(`../programs/${program}`, import.meta.url));
  const flows = { program: process.execPath, args: [file], env: { ...env, BENCH_DATABASE_URL: databaseUrl } };
  await measure(queue, { ...target, databaseUrl, name, peer: true, flows });
}

/** Its tables are made before several workers start at once. */
async function prepare({ program, args, env }: Command): Promise<void> {
  const [code] = await once(
    spawn(program, [...args, "prepare"], { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit"] }),
    "exit",
  );
  if (code !== 0) throw new Error(`the tables of the queue could not be made (code ${code})`);
}

/** Resolves when the worker says that it is ready. */
async function startWorker({ program, args, env }: Command): Promise<ChildProcess> {
  const worker = spawn(program, [...args, "work"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (worker.stdout !== null) await Promise.race([once(worker.stdout, "data"), once(worker, "exit")]);
  return worker;
}
