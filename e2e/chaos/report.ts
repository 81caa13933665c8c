/** The counts at the end. Every list in `found` must be empty. */
export interface Report {
  readonly database: string;
  readonly seed: number;
  readonly faults: number;
  readonly acknowledged: Readonly<Record<Counted, number>>;
  readonly runs: { readonly ended: number; readonly resumed: number; readonly abandoned: number };
  readonly found: Readonly<Record<Finding, readonly string[]>>;
  readonly recoveries: readonly Recovery[];
  /** Faults that were impossible on this machine, or only injected. */
  readonly notes: readonly string[];
}

export type Counted =
  | "states"
  | "events"
  | "taskRuns"
  | "results"
  | "logLines"
  | "artifacts"
  | "deletions"
  | "requestedRuns"
  | "scheduledRuns"
  /** Those that workers have executed. */
  | "workerRuns"
  /** How often processes held a slot of a limit with a name or a key. */
  | "slotsHeld"
  /** Runs of background tasks that were delayed. */
  | "backgroundRuns"
  /** Answers to runs that asked. */
  | "answers"
  /** Events that automations count. */
  | "automationEvents"
  | "firings"
  /** Actions of firings that are marked as executed. */
  | "actions";

/** Descriptions of everything that must not happen. */
export const findings = {
  lost: "acknowledged states and events lost",
  doubled: "states and events doubled",
  stuck: "runs stuck",
  overLimit: "concurrency limits exceeded",
  slotsLeaked: "slots that nobody gives back",
  notRestarted: "runs not restarted after a crash",
  repeated: "tasks that ran again though their result was kept",
  resultsLost: "results lost or changed",
  logLinesLost: "log lines lost",
  logLinesDoubled: "log lines doubled",
  artifactsLost: "artifacts lost",
  artifactsDoubled: "artifacts doubled",
  wronglyEnded: "live runs marked as crashed",
  wrong: "wrong ends and answers",
  firingsLost: "firings of automations lost",
  firingsDoubled: "firings of automations doubled, or demanded by nothing",
  actionsLost: "actions of firings that were not done, or are not marked once",
  missed: "changes that a consumer missed, or gave up on",
  unreceived: "changes unreceived on other servers",
  late: "faults after which the server was not back within seconds",
} as const;

export type Finding = keyof typeof findings;

/** Collects findings. */
export type Findings = Readonly<Record<Finding, string[]>>;

export function noFindings(): Findings {
  return Object.fromEntries(Object.keys(findings).map((name) => [name, [] as string[]])) as unknown as Findings;
}

export interface Recovery {
  readonly fault: string;
  readonly seconds: number;
}

/** Whether nothing was found. */
export function isClean({ found }: Report): boolean {
  return Object.values(found).every((list) => list.length === 0);
}

const examplesShown = 5;

export function describeReport({ faults, acknowledged, runs, found, recoveries, notes }: Report): readonly string[] {
  const counts = Object.entries(acknowledged).map(([what, count]) => `${count} ${spoken(what)}`);
  return [
    `${faults} faults; ${runs.ended} flow runs ended, ${runs.resumed} times resumed, ${runs.abandoned} left to the server`,
    `acknowledged: ${counts.join(", ")}`,
    ...notes,
    "",
    ...Object.entries(findings).flatMap(([name, title]) => findingLines(title, found[name as Finding])),
    "",
    "recovery, seconds              count  median   worst",
    ...recoveryLines(recoveries),
  ];
}

function findingLines(title: string, list: readonly string[]): readonly string[] {
  const more = list.length > examplesShown ? [`      … ${list.length - examplesShown} more`] : [];
  return [
    `${String(list.length).padStart(6)}  ${title}`,
    ...list.slice(0, examplesShown).map((line) => `      ${line}`),
    ...more,
  ];
}

function recoveryLines(recoveries: readonly Recovery[]): readonly string[] {
  const byFault = Map.groupBy(recoveries, ({ fault }) => fault);
  return [...byFault].toSorted().map(([fault, list]) => {
    const sorted = list.map(({ seconds }) => seconds).toSorted((one, other) => one - other);
    const cells = [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0].map((value) => value.toFixed(2).padStart(8));
    return `${fault.padEnd(31)}${String(list.length).padStart(5)}${cells.join("")}`;
  });
}

function spoken(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
