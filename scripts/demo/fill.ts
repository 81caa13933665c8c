import { type Client, createClient } from "@ostinato/client";
import { addSeconds, fromMillis, type Timestamp } from "@ostinato/core";
import { createArtifact, createEvents, createFlow, createLogs, importFlowRuns } from "@ostinato/protocol";
import { type MadeUpRun, makeUpRun } from "./history.ts";
import { type FlowPlan, plans } from "./plans.ts";
import { type Random, seededRandom } from "./random.ts";

const days = 30;
const runsAtOnce = 50;
/** So that no run ends in the future. */
const quietHours = 2;
/** Reports get the time at which they come in, so that only the newest of each flow are made. */
const reportsPerFlow = 5;

/** Fills the database with runs of several flows over the last 30 days, through the API. */
export async function fillWithHistory(url: string, count: number): Promise<void> {
  const client = createClient({ baseUrl: `${url}/api` });
  const random = seededRandom(20_260_101);
  const flowIds = await createFlows(client);
  const starts = startTimes(count, random);
  const began = performance.now();
  let reports = new Map<string, readonly MadeUpRun[]>();
  for (let from = 0; from < starts.length; from += runsAtOnce) {
    const runs = starts.slice(from, from + runsAtOnce).map(({ plan, start }) => ({
      plan,
      run: makeUpRun({ plan, flowId: flowIds.get(plan.name) ?? "", start, random }),
    }));
    await keep(
      client,
      runs.map(({ run }) => run),
    );
    reports = newestReports(reports, runs);
    if (process.stderr.isTTY) process.stderr.write(`\r${Math.min(from + runsAtOnce, count)} of ${count} runs made up`);
  }
  for (const [name, runs] of reports) await keepReports(client, name, runs);
  const clear = process.stderr.isTTY ? "\r" : "";
  console.error(`${clear}${count} runs made up in ${((performance.now() - began) / 1000).toFixed(1)} s     \n`);
}

async function createFlows(client: Client): Promise<ReadonlyMap<string, string>> {
  const flows = await Promise.all(
    plans.map(({ name, tags }) => client.call(createFlow, { body: { name, tags: [...tags] } })),
  );
  return new Map(flows.map(({ name, id }) => [name, id]));
}

interface Start {
  readonly plan: FlowPlan;
  readonly start: Timestamp;
}

/** Oldest first. */
function startTimes(count: number, random: Random): readonly Start[] {
  const last = addSeconds(fromMillis(Date.now()), -quietHours * 3600);
  const shares = plans.reduce((sum, { share }) => sum + share, 0);
  const starts = Array.from({ length: count }, () => {
    const plan = choosePlan(random.next() * shares);
    return { plan, start: startOf(plan, { last, random }) };
  });
  return starts.toSorted((a, b) => a.start - b.start);
}

function choosePlan(roll: number): FlowPlan {
  let rest = roll;
  for (const plan of plans) {
    rest -= plan.share;
    if (rest < 0) return plan;
  }
  return plans[0];
}

function startOf({ hours }: FlowPlan, { last, random }: { last: Timestamp; random: Random }): Timestamp {
  const secondsAgo = random.next() * days * 86_400;
  const start = addSeconds(last, -secondsAgo);
  if (hours === undefined) return start;
  const hourNow = Math.floor((start / 3.6e9) % 24);
  const moved = addSeconds(start, (random.pick(hours) - hourNow) * 3600);
  return moved > last ? addSeconds(moved, -86_400) : moved;
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
    const description = `What ${flowName} has to say`;
    await client.call(createArtifact, {
      body: { key: `${flowName}-report`, type: "markdown", description, data: report, flow_run_id: flowRun.id },
    });
  }
}
