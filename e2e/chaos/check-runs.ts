import { readFile } from "node:fs/promises";
import { everyPage, patiently, pause } from "./api.ts";
import { fileOfResult } from "./flow-process.ts";
import {
  type Check,
  checkLines,
  compare,
  type KeptState,
  type ResultRow,
  resultsOf,
  type TaskRunRow,
  taskRunsOf,
} from "./reading-back.ts";
import type { EndedRun } from "./workers.ts";

interface FlowRunRow {
  readonly id: string;
  readonly name: string;
  readonly state_type: string;
  readonly state_name: string;
}

const open = new Set(["SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED"]);

/** Checks a run whose end the client has reported: its state and all of its data on the server. */
export async function checkRun(check: Check, run: EndedRun, homes: readonly string[]): Promise<void> {
  const { apiUrl, found } = check;
  const { id, name } = run;
  const row = await patiently<FlowRunRow>(`${apiUrl}/flow_runs/${id}`);
  if (row.state_type !== run.state) found.stuck.push(`flow run ${id} (${name}): ${row.state_type}, not ${run.state}`);
  const states = await patiently<KeptState[]>(`${apiUrl}/flow_run_states/?flow_run_id=${id}`);
  const dead = states.filter(({ message }) => !run.soonMissed && message?.startsWith("No sign of life") === true);
  found.wronglyEnded.push(...dead.map(({ message }) => `flow run ${id} (${name}): ${message}`));
  const subflows = await subflowsOf(apiUrl, id);
  const family = [id, ...subflows.map((subflow) => subflow.id)];
  const taskRuns = await taskRunsOf(apiUrl, family);
  const unfinished = [...subflows, ...taskRuns].filter(
    // NotReady is Prefect's name for a task that will never start, although its type is PENDING.
    ({ state_type, state_name }) => open.has(state_type) && state_name !== "NotReady",
  );
  found.stuck.push(
    ...unfinished.map((one) => `${one.name} (${one.id}) of flow run ${id} (${run.state}): ${one.state_type}`),
  );
  const results = (await Promise.all(family.map((member) => resultsOf(apiUrl, member)))).flat();
  for (const taskRun of taskRuns) await checkResult(check, taskRun, { flowRunId: id, results, homes });
  if (run.report === undefined) return;
  const { self, logged, artifacts } = run.report;
  const lines = Array.from({ length: logged }, (_, line) => `line ${line} of ${self}`);
  await checkLines(check, family, lines);
  await checkArtifacts(check, id, artifacts);
}

function subflowsOf(apiUrl: string, id: string): Promise<FlowRunRow[]> {
  return patiently(`${apiUrl}/flow_runs/filter`, { flow_runs: { parent_flow_run_id: { any_: [id] } } });
}

interface KeptResults {
  readonly flowRunId: string;
  readonly results: readonly ResultRow[];
  readonly homes: readonly string[];
}

/** Checks that the result of a finished `step` or `large` exists and is right. */
async function checkResult(
  { found, acknowledged }: Check,
  taskRun: TaskRunRow,
  keptResults: KeptResults,
): Promise<void> {
  const [, kind, index] = /^(step|large) (\d+)$/.exec(taskRun.name) ?? [];
  if (kind === undefined || taskRun.state_type !== "COMPLETED") return;
  const own = keptResults.results.filter((result) => result.task_run_id === taskRun.id);
  // A reused result is stored with the task run that computed it.
  if (own.length === 0 && taskRun.state_name === "Cached") return;
  acknowledged.results += 1;
  const what = `${taskRun.name} (${taskRun.id}) of flow run ${keptResults.flowRunId}`;
  if (own.length === 0) found.resultsLost.push(`${what}: gone`);
  for (const { data, location } of own) {
    const text = data ?? (await readLarge(keptResults.homes, location ?? ""));
    const right = kind === "step" ? text === `[${Number(index) * 2}]` : text?.startsWith(`["${index} `) === true;
    if (!right) found.resultsLost.push(`${what}: ${String(text).slice(0, 60)}`);
  }
}

async function readLarge(homes: readonly string[], location: string): Promise<string | undefined> {
  for (const home of homes) {
    const text = await readFile(fileOfResult(home, location), "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

async function checkArtifacts({ apiUrl, found, acknowledged }: Check, id: string, expected: readonly string[]) {
  const kept = await everyPage<{ data: unknown }>(`${apiUrl}/artifacts/filter`, {
    artifacts: { flow_run_id: { any_: [id] }, key: { any_: ["chaos"] } },
  });
  acknowledged.artifacts += expected.length;
  const lists = { lost: found.artifactsLost, doubled: found.artifactsDoubled };
  compare(`artifact of ${id}`, { expected, kept: kept.map(({ data }) => String(data)) }, lists);
}

/** Three heartbeat intervals, the pause between two checks of the server, and some more for busy machines. */
const untilFoundMillis = 90_000;
const restMillis = 500;

/** Checks that the server finds a run whose process died and that is not resumed. */
export async function checkAbandoned({ apiUrl, found }: Check, id: string): Promise<void> {
  const giveUp = performance.now() + untilFoundMillis;
  for (;;) {
    const { state_type } = await patiently<FlowRunRow>(`${apiUrl}/flow_runs/${id}`);
    if (!open.has(state_type)) break;
    if (performance.now() > giveUp) return void found.stuck.push(`flow run ${id}, whose process died: ${state_type}`);
    await pause(restMillis);
  }
}
