import { seededRandom } from "../chaos/random.ts";
import { grammars } from "./grammars/all.ts";
import type { Step } from "./request.ts";
import { type Finding, Sequence, type Servers, without } from "./sequence.ts";

export interface Plan {
  readonly seed: number;
  readonly requests: number;
  /** The nouns whose operations are chosen; all by default. Flows and runs are always included, because others need them. */
  readonly nouns?: readonly string[] | undefined;
  readonly say?: (line: string) => void;
}

/** A difference with a minimal sequence of requests that shows it. */
export interface Reported extends Finding {
  /** Identifies the difference across seeds: the operation, the kind and the place. */
  readonly signature: string;
  readonly seen: number;
}

export interface ComparisonReport {
  readonly requests: number;
  readonly unlisted: readonly Reported[];
  /** How often each listed difference was seen, by its id. */
  readonly listed: ReadonlyMap<string, number>;
}

const stepsPerSequence = 25;

/** Plays seeded sequences on all servers until enough requests were sent. */
export async function compareServers(servers: Servers, plan: Plan): Promise<ComparisonReport> {
  const random = seededRandom(plan.seed);
  const chosen = grammars.filter(({ noun }) => plan.nouns === undefined || plan.nouns.includes(noun));
  const unlisted = new Map<string, Reported>();
  const listed = new Map<string, number>();
  let requests = 0;
  let words = 0;
  const nextWord = () => {
    words += 1;
    return `w${plan.seed}x${words}`;
  };
  const note = (finding: Finding) => {
    if (finding.known !== undefined) {
      listed.set(finding.known.id, (listed.get(finding.known.id) ?? 0) + 1);
      return;
    }
    const signature = signatureOf(finding);
    const before = unlisted.get(signature);
    unlisted.set(signature, { ...(before ?? finding), signature, seen: (before?.seen ?? 0) + 1 });
  };
  while (requests < plan.requests) {
    const sequence = new Sequence(servers, chosen);
    const numbers = random.fork();
    for (let step = 0; step < stepsPerSequence; step += 1) {
      const asked = sequence.next(numbers, nextWord);
      const found = await sequence.play(asked);
      requests += 1;
      for (const finding of found) note(finding);
      if (found.some(parts) || sequence.endsWith(asked)) break;
    }
    await sequence.clear();
    plan.say?.(`${requests} requests, ${unlisted.size} differences that are not listed`);
  }
  const least: Reported[] = [];
  for (const reported of unlisted.values()) least.push(await shrunk(servers, reported));
  return { requests, unlisted: least, listed };
}

/** Whether the servers' data differs from here on, so that later differences would only repeat this one. */
function parts({ step, difference, known }: Finding): boolean {
  if (known === undefined) return true;
  return (
    difference.kind === "status" &&
    step.method !== "GET" &&
    !/\/(filter|count|paginate|history|lateness)$/.test(step.path)
  );
}

export function signatureOf({ step, difference }: Finding): string {
  const path = step.path.replace(/\{#[^}]*\}|[0-9a-f-]{36}/g, "{id}").replace(/\?.*/, "");
  const { kind, path: place, theirs, ours } = difference;
  const statuses = kind === "status" ? ` ${theirs} ${ours}` : "";
  return `${step.method} ${path} · ${kind} ${place}${statuses}`;
}

const maxTries = 40;

/** Removes requests that the difference does not need, one after the other. */
async function shrunk(servers: Servers, reported: Reported): Promise<Reported> {
  let least = reported;
  let tries = 0;
  for (const { number } of reported.steps.slice(0, -1).toReversed()) {
    const fewer = without(least.steps, number);
    const isUseful = fewer.length < least.steps.length && fewer.at(-1)?.number === least.step.number;
    if (!isUseful || tries >= maxTries) continue;
    tries += 1;
    const again = (await replay(servers, fewer)).find((each) => signatureOf(each) === reported.signature);
    if (again !== undefined) least = { ...reported, ...again };
  }
  return least;
}

/** The differences in the last request's answers when the requests are played on empty servers. */
export async function replay(servers: Servers, steps: readonly Step[]): Promise<readonly Finding[]> {
  const sequence = new Sequence(servers, grammars);
  let last: readonly Finding[] = [];
  for (const step of steps) last = await sequence.play(step);
  await sequence.clear();
  return last;
}
