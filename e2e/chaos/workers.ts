import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { patiently, pause } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { callsIn, type FlowProcess, type FlowReport, startFlowProcess } from "./flow-process.ts";
import { keptCalls } from "./kept-calls.ts";
import type { Random } from "./random.ts";

/** Processes that run flows, one after the other in each lane, and resume killed ones. */
export interface Workers {
  /** Kills a process and returns the seconds until another one resumes its run; undefined where nothing ran. */
  killOne(random: Random): Promise<number | undefined>;
  /** Lets running flows end, and returns their outcomes. */
  finish(): Promise<WorkDone>;
}

export interface WorkDone {
  readonly flowRuns: readonly EndedRun[];
  /** Killed flow runs that are not resumed. */
  readonly abandoned: readonly string[];
  /** Flow runs that ended differently than expected. */
  readonly wrong: readonly string[];
  /** Calls of tasks that ran again although the server had their results before the run was resumed. */
  readonly repeated: readonly string[];
  readonly resumed: number;
  /** Folders in which processes stored large results. */
  readonly homes: readonly string[];
}

export interface EndedRun {
  readonly id: string;
  readonly name: string;
  readonly state: "COMPLETED" | "CANCELLED";
  /** Whether the heartbeat interval is shorter than some outages. */
  readonly soonMissed: boolean;
  /** Undefined unless the process ended with a result. */
  readonly report: FlowReport | undefined;
}

export interface WorkersOptions {
  /** Number of parallel processes. */
  readonly count: number;
  /** Whether some killed runs are left to the server, which takes a while to find them. */
  readonly abandon: boolean;
  readonly random: Random;
}

/** One run of a flow, over all of its processes. */
interface Work {
  readonly name: string;
  readonly steps: number;
  readonly ledger: string;
  readonly cancelled: boolean;
  readonly abandoned: boolean;
  process: FlowProcess | undefined;
  id: string | undefined;
  killed: (() => void) | undefined;
  /** Resolves when the run is resumed. */
  resumed: PromiseWithResolvers<void> | undefined;
}

/** Every n-th run is cancelled, or left alone once killed. */
const cancelledEvery = 6;
const abandonedEvery = 4;
const heartbeatOfAbandonedSeconds = 2;

export function startWorkers(cluster: Cluster, { count, abandon, random }: WorkersOptions): Workers {
  const done = {
    flowRuns: [] as EndedRun[],
    abandoned: [] as string[],
    wrong: [] as string[],
    repeated: [] as string[],
  };
  const homes = [join(cluster.folder, "machine-1"), join(cluster.folder, "machine-2")] as const;
  const lanes: (Work | undefined)[] = Array.from({ length: count });
  let started = 0;
  let resumed = 0;
  let kills = 0;
  let stopping = false;

  function newWork(): Work {
    started += 1;
    const name = `run-${started}`;
    const ledger = join(cluster.folder, name);
    const cancelled = started % cancelledEvery === 0;
    const abandoned = abandon && !cancelled && started % abandonedEvery === 0;
    const steps = 12 + (started % 17);
    return {
      name,
      steps,
      ledger,
      cancelled,
      abandoned,
      process: undefined,
      id: undefined,
      killed: undefined,
      resumed: undefined,
    };
  }

  async function run(work: Work, lane: number): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const { name, ledger, steps, id: resume } = work;
      const kept = resume === undefined ? undefined : await keptCalls(cluster.apiUrl, resume);
      const before = (await callsIn(ledger)).length;
      // Every second time it is resumed in another folder, without the earlier large results.
      const home = homes[(lane + (attempt >> 1)) % homes.length] ?? homes[0];
      const heartbeatSeconds = work.abandoned ? heartbeatOfAbandonedSeconds : undefined;
      const process = startFlowProcess(cluster, { ledger, name, steps, resume, home, heartbeatSeconds });
      work.process = process;
      work.id = (await process.created) ?? work.id;
      if (work.id !== undefined && work.resumed !== undefined) work.resumed.resolve();
      if (work.cancelled && work.id !== undefined) await cancel(work.id);
      const end = await process.ended;
      work.process = undefined;
      const after = (await callsIn(ledger)).slice(before);
      const sameMachine = attempt % 2 === 1;
      const again = after.filter((call) => kept?.has(call) === true && (sameMachine || !call.startsWith("large")));
      done.repeated.push(...again.map((call) => `${name} (${work.id}): ${call}`));
      if (end.kind !== "killed") return conclude(work, end);
      if (work.id === undefined) return; // It died before its run was created: nothing was acknowledged.
      if (work.abandoned) return void done.abandoned.push(work.id);
      resumed += 1;
    }
  }

  function conclude(
    { id, name, steps, cancelled, abandoned: soonMissed }: Work,
    end: Exclude<Awaited<FlowProcess["ended"]>, { kind: "killed" }>,
  ) {
    if (id === undefined) return void done.wrong.push(`${name}: never began: ${describe(end)}`);
    const report = end.kind === "completed" ? end.report : undefined;
    if (end.kind === "completed" && end.result === expectedResult(steps)) {
      done.flowRuns.push({ id, name, state: "COMPLETED", soonMissed, report });
    } else if (cancelled && end.kind === "ended" && end.state === "CANCELLED") {
      done.flowRuns.push({ id, name, state: "CANCELLED", soonMissed, report });
    } else {
      done.wrong.push(`${name} (${id}): ${describe(end)}, expected ${expectedResult(steps)}`);
    }
  }

  async function cancel(id: string): Promise<void> {
    await pause(random.between(100, 600));
    const state = { type: "CANCELLING", state_details: { transition_id: randomUUID() } };
    await patiently(`${cluster.apiUrl}/flow_runs/${id}/set_state`, { state });
  }

  async function lane(index: number): Promise<void> {
    while (!stopping) {
      const work = newWork();
      lanes[index] = work;
      await run(work, index).catch((error) => done.wrong.push(`${work.name} (${work.id}): ${String(error)}`));
      work.resumed?.resolve();
      lanes[index] = undefined;
    }
  }

  const all = Promise.all(lanes.map((_, index) => lane(index)));
  return {
    async killOne(by) {
      const first = Math.floor(by.next() * count);
      const alive = lanes.map((_, index) => lanes[(first + index) % count]).filter((one) => one?.process && one.id);
      kills += 1;
      const work = (kills % 2 === 0 ? alive.find((one) => one?.abandoned) : undefined) ?? alive[0];
      if (work === undefined) return undefined;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      work.resumed = { promise, resolve, reject };
      const begun = performance.now();
      work.process?.kill();
      if (work.abandoned) return undefined;
      await promise;
      return (performance.now() - begun) / 1000;
    },
    async finish() {
      stopping = true;
      await all;
      return { ...done, resumed, homes };
    },
  };
}

function describe(end: object): string {
  return JSON.stringify(end);
}

/** The result of the flow if nothing is lost or done twice. */
function expectedResult(steps: number): number {
  const sum = Array.from({ length: steps }, (_, index) => index * 2).reduce((total, value) => total + value, 0);
  return sum + (steps % 3) * 10;
}
