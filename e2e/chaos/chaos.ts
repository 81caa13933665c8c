import { pause, request } from "./api.ts";
import { startAutomations } from "./automations.ts";
import { startBackground } from "./background.ts";
import { checkAll } from "./checker.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
import { changesNotReceived } from "./cross-server.ts";
import { startDeletionRecorder } from "./deletion-recorder.ts";
import { startEventRecorder } from "./event-recorder.ts";
import { type Fault, type FaultRun, type FaultTarget, faults, type Load, mendAll } from "./faults.ts";
import { startPauses } from "./pauses.ts";
import { startPool } from "./pool.ts";
import { type Random, seededRandom } from "./random.ts";
import type { Recovery, Report } from "./report.ts";
import { startServing } from "./serving.ts";
import { startSlots } from "./slots.ts";
import { startStateRecorder } from "./state-recorder.ts";
import { startWorkers } from "./workers.ts";

export interface ChaosOptions extends Omit<ClusterOptions, "diskMegabytes"> {
  readonly seed: number;
  readonly seconds: number;
  /** Number of processes that run flows in parallel. */
  readonly workers: number;
  readonly say: (line: string) => void;
}

/** Runs of this length have time for faults of a minute, and for the server to find dead runs. */
const longSeconds = 120;
const diskMegabytes = { least: 128, perSecond: 2 };

/** Injects faults under load, repairs them, and counts losses. The same seed gives the same faults in the same order. */
export async function chaos(options: ChaosOptions): Promise<Report> {
  const { database, seed, seconds, workers: count, say } = options;
  const random = seededRandom(seed);
  const disk = diskMegabytes.least + Math.ceil(seconds * diskMegabytes.perSecond);
  const cluster = await startCluster({ ...options, diskMegabytes: disk });
  const target: FaultTarget = { cluster, long: seconds >= longSeconds };
  const starting = [
    startServing(cluster, target),
    startPool(cluster, { random: random.fork(), long: target.long }),
    startSlots(cluster, { long: target.long }),
    startBackground(cluster),
    startPauses(cluster, { random: random.fork(), long: target.long }),
    startAutomations(cluster, { random: random.fork() }),
  ] as const;
  try {
    const [serving, pool, slots, background, pauses, automations] = await Promise.all(starting);
    const states = startStateRecorder(cluster.apiUrl);
    const events = startEventRecorder(cluster.apiUrl, random.fork());
    const deletions = startDeletionRecorder(cluster.apiUrl);
    const workers = startWorkers(cluster, { count, abandon: target.long, random: random.fork() });
    const load: Load = { workers, serving, pool, slots, background, pauses };
    const recoveries: Recovery[] = [];
    const made = await breakThings(target, { random, seconds, load, say, recoveries });
    await mendAll(cluster);
    say("waiting for the runs to end");
    const [work, served, pooled, slotWork, backgroundWork, pauseWork, automationWork] = await Promise.all([
      workers.finish(),
      serving.finish(),
      pool.finish(),
      slots.finish(),
      background.finish(),
      pauses.finish(),
      automations.finish(),
    ]);
    const recorded = {
      work,
      served,
      pooled,
      slots: slotWork,
      background: backgroundWork,
      pauses: pauseWork,
      automations: automationWork,
      states: await states.stop(),
      events: await events.stop(),
      deletions: await deletions.stop(),
    };
    say("reading back everything that was acknowledged");
    const { acknowledged, found, recoveries: noticed } = await checkAll(cluster, recorded);
    const unreceived = await changesNotReceived(cluster.servers.map(({ apiUrl }) => apiUrl));
    const { flowRuns, resumed, abandoned } = recorded.work;
    return {
      database,
      seed,
      faults: made,
      acknowledged,
      runs: { ended: flowRuns.length, resumed, abandoned: abandoned.length },
      found: { ...found, unreceived, late: [...found.late, ...late(recoveries)] },
      recoveries: [...recoveries, ...noticed],
      notes: notesOn(target),
    };
  } finally {
    for (const each of starting) {
      await each.then(
        (started) => started.dispose(),
        () => {},
      );
    }
    await cluster.dispose();
  }
}

interface BreakOptions {
  readonly random: Random;
  readonly seconds: number;
  readonly load: Load;
  readonly say: (line: string) => void;
  readonly recoveries: Recovery[];
}

/** Injects all possible faults in random order, repeatedly, until the time is up. */
async function breakThings(target: FaultTarget, options: BreakOptions): Promise<number> {
  const { random, seconds, load, say, recoveries } = options;
  const end = performance.now() + seconds * 1000;
  let made = 0;
  let deck: readonly Fault[] = [];
  while (performance.now() < end || (deck.length > 0 && !target.long)) {
    if (deck.length === 0) deck = random.shuffled(roundOf(target));
    const [fault, ...others] = deck;
    deck = others;
    await pause(random.between(100, target.long ? 3000 : 200));
    if (fault === undefined) continue;
    const { taken, details } = await makeOne(target, fault, { ...load, random: random.fork() });
    recoveries.push(...taken.map((each) => ({ fault: fault.name, seconds: each })));
    made += 1;
    const recovered = taken.map((each) => `recovered after ${each.toFixed(2)} s`);
    say(`${fault.name}: ${[...details, ...recovered].join(", ") || "no run resumed"}`);
  }
  return made;
}

async function makeOne(
  { cluster, long }: FaultTarget,
  fault: Fault,
  given: Load & Pick<FaultRun, "random">,
): Promise<{ readonly taken: readonly number[]; readonly details: readonly string[] }> {
  const taken: number[] = [];
  const details: string[] = [];
  let recovery: Promise<unknown> = Promise.resolve();
  const mended = () => {
    recovery = untilWritten(cluster).then((seconds) => taken.push(seconds));
  };
  const faultRun: FaultRun = {
    ...given,
    mended,
    recovered: (seconds: number) => taken.push(seconds),
    note: (detail: string) => details.push(detail),
  };
  await fault.make({ cluster, long }, faultRun);
  await recovery;
  return { taken, details };
}

function roundOf(target: FaultTarget): readonly Fault[] {
  return faults
    .filter(({ possible }) => possible(target))
    .flatMap((fault) => Array.from({ length: target.long ? (fault.times ?? 1) : 1 }, () => fault));
}

/** A generous limit for busy machines: starting a server takes most of the time. */
const latestSeconds = 60;

function late(recoveries: readonly Recovery[]): readonly string[] {
  const within = new Map(faults.map(({ name, withinSeconds = latestSeconds }) => [name, withinSeconds]));
  return recoveries
    .filter(({ fault, seconds }) => seconds > (within.get(fault) ?? latestSeconds))
    .map(({ fault, seconds }) => `${fault}: after ${seconds.toFixed(1)} s`);
}

const probeMillis = 2000;
const restMillis = 10;

/** Seconds until the server stores something again. */
async function untilWritten({ apiUrl }: Cluster): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const answer = await request(`${apiUrl}/flows/`, { name: `probe ${begun}` }, { millis: probeMillis });
    if (answer.kind === "answered") return (performance.now() - begun) / 1000;
    if (answer.kind === "refused") throw new Error(`the server does not take a flow: ${answer.why}`);
    await pause(restMillis);
  }
}

function notesOn(target: FaultTarget): readonly string[] {
  const impossible = faults.filter(({ possible }) => !possible(target)).map(({ name }) => name);
  const { disk, database } = target.cluster;
  return [
    ...(impossible.length === 0 ? [] : [`not possible here: ${impossible.join(", ")}`]),
    ...(disk === undefined && database === "sqlite" ? ["disk full: injected, no file system could be mounted"] : []),
    ...(database === "sqlite" ? ["disk slow: injected"] : []),
  ];
}
