import { type Client, createClient } from "@ostinato/client";
import { addSeconds, fromMillis, type Timestamp } from "@ostinato/core";
import {
  createArtifact,
  createEvents,
  createFlow,
  createLogs,
  importFlowRuns,
  keepParameterSchema,
} from "@ostinato/protocol";
import { cutAt, type MadeUpRun, makeUpRun, type Occasion } from "./history.ts";
import { type FlowPlan, plans } from "./plans.ts";
import { type Random, seededRandom } from "./random.ts";
import { keepWaitingRuns } from "./waiting.ts";

const days = 30;
const runsAtOnce = 50;
/** Runs that are under way at the end: the start in seconds ago, less than such runs take. */
const goingOn = [
  { flow: "backfill-history", secondsAgo: 220 },
  { flow: "train-churn", secondsAgo: 140 },
  { flow: "nightly-features", secondsAgo: 95 },
  { flow: "score-customers", secondsAgo: 14 },
] as const;
/** A night in which the bucket was unavailable, and a flow that gets slower and slower. */
const troubled = { flows: ["ingest-orders", "sync-catalogue"], fromHoursAgo: 131, toHoursAgo: 125, times: 9 } as const;
const slowing = { flow: "train-churn", byTheEnd: 1.7 } as const;
/** Only the runs that stay open begin this shortly before now. */
const recentSeconds = 120;
/** Artifacts get the time of their arrival, so only the newest reports of each flow are made. */
const reportsPerFlow = 5;

/** Fills the database with runs of several flows over the last 30 days, through the API. */
export async function fillWithHistory(url: string, count: number): Promise<void> {
  const client = createClient({ baseUrl: `${url}/api` });
  const random = seededRandom(20_260_101);
  const flowIds = await createFlows(client);
  const idOf = (name: string) => flowIds.get(name) ?? "";
  const now = fromMillis(Date.now());
  const starts = startTimes(count, { now, random });
  const began = performance.now();
  let reports = new Map<string, readonly MadeUpRun[]>();
  for (let from = 0; from < starts.length; from += runsAtOnce) {
    const runs = starts.slice(from, from + runsAtOnce).map(({ plan, start }) => ({
      plan,
      run: cutAt(makeUpRun({ ...circumstances(plan, start, now), plan, start, random, flowId: idOf(plan.name) }), now),
    }));
    await keep(
      client,
      runs.map(({ run }) => run),
    );
    reports = newestReports(reports, runs);
    if (process.stderr.isTTY) process.stderr.write(`\r${Math.min(from + runsAtOnce, count)} of ${count} runs made up`);
  }
  await keepWaitingRuns(client, { idOf, now, random });
  for (const [name, runs] of reports) await keepReports(client, name, runs);
  const clear = process.stderr.isTTY ? "\r" : "";
  console.error(`${clear}${count} runs made up in ${((performance.now() - began) / 1000).toFixed(1)} s     \n`);
}

async function createFlows(client: Client): Promise<ReadonlyMap<string, string>> {
  const flows = await Promise.all(
    plans.map(({ name, tags }) => client.call(createFlow, { body: { name, tags: [...tags] } })),
  );
  const random = seededRandom(1);
  for (const [index, { id }] of flows.entries()) {
    const schema = schemaOf(plans[index]?.parameters(random) ?? {});
    await client.call(keepParameterSchema, { params: { id }, body: { version: "1", schema } });
  }
  return new Map(flows.map(({ name, id }) => [name, id]));
}

/** A parameter schema in a client's form, derived from example parameters. */
function schemaOf(example: Readonly<Record<string, unknown>>): unknown {
  const properties = Object.entries(example).map(([name, value]) => [name, { ...typeOf(value), default: value }]);
  return { type: "object", properties: Object.fromEntries(properties) };
}

function typeOf(value: unknown): object {
  if (Array.isArray(value)) return { type: "array", items: typeOf(value[0]) };
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)) return { type: "string", format: "date" };
  if (typeof value === "number") return { type: Number.isInteger(value) ? "integer" : "number" };
  return { type: typeof value };
}

interface Start {
  readonly plan: FlowPlan;
  readonly start: Timestamp;
}

/** Oldest first; the last ones stay open. */
function startTimes(count: number, { now, random }: { now: Timestamp; random: Random }): readonly Start[] {
  const shares = plans.reduce((sum, { share }) => sum + share, 0);
  const current = count < 20 ? [] : goingOn;
  const starts = Array.from({ length: count - current.length }, () => {
    const plan = choosePlan(random.next() * shares);
    return { plan, start: startOf(plan, { now, random }) };
  });
  const last = current.flatMap(({ flow, secondsAgo }) =>
    plans.filter(({ name }) => name === flow).map((plan) => ({ plan, start: addSeconds(now, -secondsAgo) })),
  );
  return [...starts.toSorted((a, b) => a.start - b.start), ...last];
}

function circumstances({ name }: FlowPlan, start: Timestamp, now: Timestamp): Pick<Occasion, "trouble" | "pace"> {
  const hoursAgo = (now - start) / 3.6e9;
  const { flows, fromHoursAgo, toHoursAgo, times } = troubled;
  const isTroubled = hoursAgo < fromHoursAgo && hoursAgo > toHoursAgo && flows.some((flow) => flow === name);
  const passed = 1 - hoursAgo / (days * 24);
  return {
    ...(isTroubled ? { trouble: times } : {}),
    ...(name === slowing.flow ? { pace: 1 + (slowing.byTheEnd - 1) * passed } : {}),
  };
}

function choosePlan(roll: number): FlowPlan {
  let rest = roll;
  for (const plan of plans) {
    rest -= plan.share;
    if (rest < 0) return plan;
  }
  return plans[0];
}

/** Weekends have half as many runs as other days; flows with a fixed hour start within some minutes of it. */
function startOf(plan: FlowPlan, { now, random }: { now: Timestamp; random: Random }): Timestamp {
  const start = addSeconds(now, -recentSeconds - random.next() * days * 86_400);
  const day = (Math.floor(start / 8.64e10) + 4) % 7;
  if ((day === 0 || day === 6) && random.chance(0.5)) return startOf(plan, { now, random });
  if (plan.hours === undefined) return start;
  const midnight = start - (start % 8.64e10);
  const moved = (midnight + random.pick(plan.hours) * 3.6e9 + Math.round(random.next() * 6e8)) as Timestamp;
  return moved > addSeconds(now, -recentSeconds) ? addSeconds(moved, -86_400) : moved;
}

async function keep(client: Client, runs: readonly MadeUpRun[]): Promise<void> {
  await client.call(importFlowRuns, { body: { flow_runs: runs.map(({ flowRun }) => flowRun) } });
  await Promise.all([
    client.call(createEvents, { body: runs.flatMap(({ events }) => events) }),
    client.call(createLogs, { body: runs.flatMap(({ logs }) => logs) }),
  ]);
}

function newestReports(
  before: ReadonlyMap<string, readonly MadeUpRun[]>,
  runs: readonly { readonly plan: FlowPlan; readonly run: MadeUpRun }[],
): Map<string, readonly MadeUpRun[]> {
  const after = new Map(before);
  for (const { plan, run } of runs) {
    if (run.report === undefined) continue;
    after.set(plan.name, [...(after.get(plan.name) ?? []), run].slice(-reportsPerFlow));
  }
  return after;
}

async function keepReports(client: Client, flowName: string, runs: readonly MadeUpRun[]): Promise<void> {
  for (const { flowRun, report } of runs) {
    const description = `The report of ${flowName}`;
    await client.call(createArtifact, {
      body: { key: `${flowName}-report`, type: "markdown", description, data: report, flow_run_id: flowRun.id },
    });
  }
}
