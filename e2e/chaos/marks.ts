import { readFile } from "node:fs/promises";

/** What the process of a served run writes while it works. */
interface Mark {
  readonly kind: "begin" | "beat" | "end";
  readonly run: string;
  readonly deployment: string;
  readonly claim: string;
  readonly pid: number;
  /** Nanoseconds of a clock that all processes of the machine share. */
  readonly nanos: string;
}

/** A process, from its first mark to its last. */
export interface MarkedProcess {
  readonly run: string;
  readonly deployment: string;
  readonly claim: string;
  readonly pid: number;
  readonly from: bigint;
  to: bigint;
  /** Whether the flow's function has ended in it. */
  hasEnded: boolean;
}

/** The processes that have written marks to the file, in the order in which they began. */
export async function markedProcesses(file: string): Promise<readonly MarkedProcess[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return processesOf(text);
}

export function processesOf(text: string): readonly MarkedProcess[] {
  const processes = new Map<string, MarkedProcess>();
  // A line that is being written does not end yet.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  for (const line of lines.filter(Boolean)) {
    const { kind, nanos, ...who } = JSON.parse(line) as Mark;
    const key = `${who.pid} ${who.claim}`;
    const at = BigInt(nanos);
    const known = processes.get(key) ?? { ...who, from: at, to: at, hasEnded: false };
    known.to = at;
    known.hasEnded ||= kind === "end";
    processes.set(key, known);
  }
  return [...processes.values()];
}

/** Processes that acted under one claim, and processes of one run that acted at the same time. */
export function doubledProcesses(processes: readonly MarkedProcess[]): readonly string[] {
  const byClaim = Map.groupBy(processes, ({ claim }) => claim);
  const claims = [...byClaim].filter(([, list]) => list.length > 1);
  const byRun = Map.groupBy(processes, ({ run }) => run);
  const runs = [...byRun].filter(([, list]) => mostAtOnce(list) > 1);
  return [
    ...claims.map(([claim, list]) => `claim ${claim}: ${pidsOf(list)} acted under it`),
    ...runs.map(([run, list]) => `flow run ${run}: some of ${pidsOf(list)} acted at the same time`),
  ];
}

/** The largest number of processes that worked at one moment. */
export function mostAtOnce(processes: readonly MarkedProcess[]): number {
  const changes = processes.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ]);
  // A process that begins at the moment in which another one ends does not overlap it.
  changes.sort((one, other) => (one.at === other.at ? one.by - other.by : one.at < other.at ? -1 : 1));
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

function pidsOf(processes: readonly MarkedProcess[]): string {
  return `processes ${processes.map(({ pid }) => pid).join(", ")}`;
}
