import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { patiently, pause } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { type LastingProcess, startLastingProcess } from "./lasting-process.ts";
import { type MarkedProcess, markedProcesses } from "./marks.ts";
import type { Random } from "./random.ts";
import { workingProcesses } from "./run-processes.ts";

/** Processes that stand in line for slots of limits that have names, or are those of keys. */
export interface Slots {
  /** Kills a process that holds a slot, with its places in lines, and returns the seconds until another one holds a slot of the limit. */
  killHolder(random: Random): Promise<number | undefined>;
  /** Lets the processes end what they do. */
  finish(): Promise<SlotWork>;
  /** Kills whatever still runs. */
  dispose(): Promise<void>;
}

export interface SlotWork {
  readonly limits: Readonly<Record<string, number>>;
  /** Each time that a process held a slot. */
  readonly holds: readonly MarkedProcess[];
  /** The numbers of the processes that were killed. */
  readonly killed: ReadonlySet<number>;
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
}

export interface SlotsOptions {
  /** Whether there is time for a lease to end that a process has taken outside of runs, which lasts for a minute, and for a third process. */
  readonly long: boolean;
}

const processCount = { long: 3, short: 2 };
const namedLimits = { "chaos named": 2, "chaos outside": 1 };
const keyedLimits = { "flow:chaos keyed:a": 1 };
/** The server finds within seconds that a process of its machine is gone. */
const handedOverMillis = 90_000;
const endMillis = 150_000;
const lookMillis = 50;

export async function startSlots(cluster: Cluster, { long }: SlotsOptions): Promise<Slots> {
  const { apiUrl, folder, flowInjection, slotProgram } = cluster;
  const marks = join(folder, "slot-marks");
  const stopFile = join(folder, "slots-stop");
  const lanes = ["named", "named", "keyed", ...(long ? ["outside"] : [])];
  const killed = new Set<number>();
  const stuck: string[] = [];
  const wrong: string[] = [];
  for (const [name, limit] of Object.entries(namedLimits)) {
    await patiently(`${apiUrl}/v2/concurrency_limits/`, { name, limit });
  }
  const begin = (): LastingProcess =>
    startLastingProcess(cluster, {
      what: "a process that takes slots",
      args: [...flowInjection.execArgv, slotProgram, ...lanes, stopFile],
      environment: { OSTINATO_LOG_LEVEL: "off" },
      announcement: "takes slots",
      marks,
      onFailure: (why) => wrong.push(why),
    });
  const processes = Array.from({ length: processCount[long ? "long" : "short"] }, begin);
  await Promise.all(processes.map(({ ready }) => ready));

  /** The seconds until another process holds a slot of the limit. */
  async function untilHandedOver({ deployment: limit, pid }: MarkedProcess): Promise<number | undefined> {
    const [begun, killedAt] = [performance.now(), process.hrtime.bigint()];
    while (performance.now() - begun < handedOverMillis) {
      const holds = await markedProcesses(marks);
      const isHeld = holds.some((hold) => hold.deployment === limit && hold.from > killedAt && hold.pid !== pid);
      if (isHeld) return (performance.now() - begun) / 1000;
      await pause(lookMillis);
    }
    stuck.push(`the slot of ${limit} that process ${pid} held when it was killed went to nobody`);
    return undefined;
  }

  return {
    async killHolder(random) {
      const holders = await workingProcesses(marks);
      if (holders.length === 0) return undefined;
      const holder = random.pick(holders);
      const index = processes.findIndex(({ pid }) => pid === holder.pid);
      killed.add(holder.pid);
      await processes[index]?.kill();
      processes[index] = begin();
      // What is held outside of runs is free when its lease ends, a minute later: the checks at the end find it.
      return holder.deployment === "chaos outside" ? undefined : await untilHandedOver(holder);
    },
    async finish() {
      await writeFile(stopFile, "");
      const ended = await Promise.all(processes.map((each) => each.endsWithin(endMillis)));
      const waiting = processes.filter((_, index) => !ended[index]).map(({ pid }) => pid);
      stuck.push(...waiting.map((pid) => `process ${pid} waits for a slot for ever`));
      const limits = { ...namedLimits, ...keyedLimits };
      return { limits, holds: await markedProcesses(marks), killed, stuck, wrong };
    },
    async dispose() {
      await Promise.all(processes.map((each) => each.kill()));
    },
  };
}
