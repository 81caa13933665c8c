import { pause, request } from "./api.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
import { startDeletionWitness } from "./deletion-witness.ts";
import { startEventWitness } from "./event-witness.ts";
import { type Fault, faults, mendAll, type Stage } from "./faults.ts";
import { judge } from "./judge.ts";
import { type Random, seededRandom } from "./random.ts";
import { changesUnheard } from "./servers-hear.ts";
import { startStateWitness } from "./state-witness.ts";
import type { Recovery, Verdict } from "./verdict.ts";
import { startWorkers, type Workers } from "./workers.ts";

export interface ChaosOptions extends Omit<ClusterOptions, "diskMegabytes"> {
  readonly seed: number;
  readonly seconds: number;
  /** Processes that run flows side by side. */
  readonly workers: number;
  readonly say: (line: string) => void;
}

/** From so many seconds on there is time for faults that last a minute, and for the server to find dead runs. */
const longSeconds = 120;
const diskMegabytes = { least: 128, perSecond: 2 };

/** Breaks things for a while under load, mends them, and counts. The same seed makes the same faults in the same order. */
export async function chaos(options: ChaosOptions): Promise<Verdict> {
  const { database, seed, seconds, workers: count, say } = options;
  const random = seededRandom(seed);
  const disk = diskMegabytes.least + Math.ceil(seconds * diskMegabytes.perSecond);
  const cluster = await startCluster({ ...options, diskMegabytes: disk });
  try {
    const stage: Stage = { cluster, long: seconds >= longSeconds };
    const states = startStateWitness(cluster.apiUrl);
    const events = startEventWitness(cluster.apiUrl, random.fork());
    const deletions = startDeletionWitness(cluster.apiUrl);
    const workers = startWorkers(cluster, { count, abandon: stage.long, random: random.fork() });
    const recoveries: Recovery[] = [];
    const made = await breakThings(stage, { random, seconds, workers, say, recoveries });
    await mendAll(cluster);
    say("what runs comes to its end");
    const evidence = {
      work: await workers.finish(),
      states: await states.stop(),
      events: await events.stop(),
      deletions: await deletions.stop(),
    };
    say("all that was acknowledged is read back");
    const { acknowledged, found } = await judge(cluster, evidence);
    const unheard = await changesUnheard(cluster.servers.map(({ apiUrl }) => apiUrl));
    const { flowRuns, resumed, abandoned } = evidence.work;
    return {
      database,
      seed,
      faults: made,
      acknowledged,
      runs: { ended: flowRuns.length, resumed, abandoned: abandoned.length },
      found: { ...found, unheard, late: late(recoveries) },
      recoveries,
      notes: notesOn(stage),
    };
  } finally {
    await cluster.dispose();
  }
}

interface Breaking {
  readonly random: Random;
  readonly seconds: number;
  readonly workers: Workers;
  readonly say: (line: string) => void;
  readonly recoveries: Recovery[];
}

/** Makes all faults that are possible, in an order by chance, then all again, until the time is over. */
async function breakThings(stage: Stage, breaking: Breaking): Promise<number> {
  const { random, seconds, workers, say, recoveries } = breaking;
  const end = performance.now() + seconds * 1000;
  let made = 0;
  let deck: readonly Fault[] = [];
  while (performance.now() < end || (deck.length > 0 && !stage.long)) {
    if (deck.length === 0) deck = random.shuffled(roundOf(stage));
    const [fault, ...others] = deck;
    deck = others;
    await pause(random.between(200, stage.long ? 3000 : 500));
    if (fault === undefined) continue;
    const { taken, details } = await makeOne(stage, fault, { random: random.fork(), workers });
    recoveries.push(...taken.map((each) => ({ fault: fault.name, seconds: each })));
    made += 1;
    const recovered = taken.map((each) => `recovered after ${each.toFixed(2)} s`);
    say(`${fault.name}: ${[...details, ...recovered].join(", ") || "nobody goes on"}`);
  }
  return made;
}

async function makeOne(
  { cluster, long }: Stage,
  fault: Fault,
  { random, workers }: Pick<Breaking, "random" | "workers">,
): Promise<{ readonly taken: readonly number[]; readonly details: readonly string[] }> {
  const taken: number[] = [];
  const details: string[] = [];
  let recovery: Promise<unknown> = Promise.resolve();
  const mended = () => {
    recovery = untilWritten(cluster).then((seconds) => taken.push(seconds));
  };
  const scene = {
    random,
    workers,
    mended,
    recovered: (seconds: number) => taken.push(seconds),
    tell: (detail: string) => details.push(detail),
  };
  await fault.make({ cluster, long }, scene);
  await recovery;
  return { taken, details };
}

function roundOf(stage: Stage): readonly Fault[] {
  return faults
    .filter(({ possible }) => possible(stage))
    .flatMap((fault) => Array.from({ length: stage.long ? (fault.times ?? 1) : 1 }, () => fault));
}

/** Many times what it takes, for machines that do other work too: starting a server is most of it. */
const latestSeconds = 60;

function late(recoveries: readonly Recovery[]): readonly string[] {
  const within = new Map(faults.map(({ name, withinSeconds = latestSeconds }) => [name, withinSeconds]));
  return recoveries
    .filter(({ fault, seconds }) => seconds > (within.get(fault) ?? latestSeconds))
    .map(({ fault, seconds }) => `${fault}: after ${seconds.toFixed(1)} s`);
}

const probeMillis = 2000;
const restMillis = 10;

/** Seconds until the server keeps something again. */
async function untilWritten({ apiUrl }: Cluster): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const answer = await request(`${apiUrl}/flows/`, { name: `probe ${begun}` }, probeMillis);
    if (answer.kind === "answered") return (performance.now() - begun) / 1000;
    if (answer.kind === "refused") throw new Error(`the server does not take a flow: ${answer.why}`);
    await pause(restMillis);
  }
}

function notesOn(stage: Stage): readonly string[] {
  const impossible = faults.filter(({ possible }) => !possible(stage)).map(({ name }) => name);
  const { disk, database } = stage.cluster;
  return [
    ...(impossible.length === 0 ? [] : [`not made here: ${impossible.join(", ")}`]),
    ...(disk === undefined && database === "sqlite" ? ["disk full: injected, no file system could be mounted"] : []),
    ...(database === "sqlite" ? ["disk slow: injected"] : []),
  ];
}
