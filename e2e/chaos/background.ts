import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { type LastingProcess, startLastingProcess } from "./lasting-process.ts";
import { type MarkedProcess, markedProcesses } from "./marks.ts";
import type { Random } from "./random.ts";
import { workingProcesses } from "./run-processes.ts";

/** Workers of a background task, and a client that delays runs of it and waits for their results. */
export interface Background {
  /** Kills a worker that works, and returns the seconds until another one works on its run. */
  killWorker(random: Random): Promise<number | undefined>;
  /** Tells a worker to end what it has, and returns the seconds until its successor works. */
  drainWorker(random: Random): Promise<number>;
  /** Delays nothing more, waits until all is done, and ends the workers. */
  finish(): Promise<BackgroundWork>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

export interface BackgroundWork {
  /** What the client was told, in its order. */
  readonly notes: readonly BackgroundNote[];
  /** Each time that a worker called the function. */
  readonly calls: readonly MarkedProcess[];
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
}

export type BackgroundNote =
  /** The server has the run. */
  | { readonly run: string; readonly number: number }
  /** The run has ended. */
  | { readonly run: string; readonly type: string; readonly value?: number };

const workerCount = 2;
const againMillis = 90_000;
const endMillis = 150_000;
const lookMillis = 50;

export async function startBackground(cluster: Cluster): Promise<Background> {
  const { folder, flowInjection, backgroundProgram } = cluster;
  const marks = join(folder, "background-marks");
  const notes = join(folder, "background-notes");
  const stopFile = join(folder, "background-stop");
  const stuck: string[] = [];
  const wrong: string[] = [];
  const begin = (role: "worker" | "client"): LastingProcess =>
    startLastingProcess(cluster, {
      what: `the ${role} of background tasks`,
      args: [...flowInjection.execArgv, backgroundProgram, role, stopFile, notes],
      announcement: role === "worker" ? "working on chaos background" : "delays tasks",
      marks,
      onFailure: (why) => wrong.push(why),
    });
  const client = begin("client");
  const workers = Array.from({ length: workerCount }, () => begin("worker"));
  await Promise.all([client, ...workers].map(({ ready }) => ready));

  async function succeed(index: number): Promise<void> {
    const successor = begin("worker");
    workers[index] = successor;
    await successor.ready;
  }

  /** The seconds until another worker works on the run. */
  async function untilAgain({ run, claim }: MarkedProcess): Promise<number | undefined> {
    const begun = performance.now();
    while (performance.now() - begun < againMillis) {
      const calls = await markedProcesses(marks);
      if (calls.findLast((call) => call.run === run)?.claim !== claim) return (performance.now() - begun) / 1000;
      await pause(lookMillis);
    }
    stuck.push(`task run ${run}, whose worker was killed, goes to nobody`);
    return undefined;
  }

  return {
    async killWorker(random) {
      const working = await workingProcesses(marks);
      if (working.length === 0) return undefined;
      const call = random.pick(working);
      const index = workers.findIndex(({ pid }) => pid === call.pid);
      await workers[index]?.kill();
      const hasEnded = (await markedProcesses(marks)).some(({ claim, hasEnded }) => claim === call.claim && hasEnded);
      // The server may know already how a run ended that ended just before.
      const [took] = await Promise.all([hasEnded ? undefined : untilAgain(call), succeed(index)]);
      return took;
    },
    async drainWorker(random) {
      const index = Math.floor(random.next() * workers.length);
      const begun = performance.now();
      await workers[index]?.stop();
      await succeed(index);
      return (performance.now() - begun) / 1000;
    },
    async finish() {
      await writeFile(stopFile, "");
      if (!(await client.endsWithin(endMillis))) stuck.push("the client of background tasks waits for ever");
      await Promise.all(workers.map((worker) => worker.stop()));
      return { notes: await notesIn(notes), calls: await markedProcesses(marks), stuck, wrong };
    },
    async dispose() {
      await Promise.all([client, ...workers].map((each) => each.kill()));
    },
  };
}

async function notesIn(file: string): Promise<readonly BackgroundNote[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as BackgroundNote);
}
