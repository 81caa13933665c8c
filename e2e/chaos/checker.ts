import { forEachOf, patiently, pause, request } from "./api.ts";
import type { AutomationWork } from "./automations.ts";
import type { BackgroundWork } from "./background.ts";
import { checkAutomations } from "./check-automations.ts";
import { checkBackground } from "./check-background.ts";
import { checkDeployed } from "./check-deployed.ts";
import { checkPauses } from "./check-pauses.ts";
import { checkPool } from "./check-pool.ts";
import { checkAbandoned, checkRun } from "./check-runs.ts";
import { checkSlots } from "./check-slots.ts";
import type { Cluster } from "./cluster.ts";
import type { DeployedWork } from "./deployed-work.ts";
import type { RecordedEvents } from "./event-recorder.ts";
import type { PauseWork } from "./pauses.ts";
import type { PoolWork } from "./pool.ts";
import {
  type Check,
  checkLines,
  compare,
  type KeptState,
  resultsOf,
  taskRunsOf,
  untilAnswered,
} from "./reading-back.ts";
import { noFindings, type Report } from "./report.ts";
import type { SlotWork } from "./slots.ts";
import type { RecordedStates } from "./state-recorder.ts";
import type { WorkDone } from "./workers.ts";

export interface Recorded {
  readonly work: WorkDone;
  readonly served: DeployedWork;
  readonly pooled: PoolWork;
  readonly slots: SlotWork;
  readonly background: BackgroundWork;
  readonly pauses: PauseWork;
  readonly automations: AutomationWork;
  readonly states: RecordedStates;
  readonly events: RecordedEvents;
  /** Runs whose deletion was requested. */
  readonly deletions: readonly string[];
}

type CheckResult = Pick<Report, "acknowledged" | "found" | "recoveries">;

/** Reads back everything that was acknowledged, and counts deviations. */
export async function checkAll(cluster: Cluster, recorded: Recorded): Promise<CheckResult> {
  const found = noFindings();
  const { work, served, pooled, slots, background, pauses, states, events, deletions } = recorded;
  const acknowledged = {
    states: 0,
    events: 0,
    taskRuns: 0,
    results: 0,
    logLines: 0,
    artifacts: 0,
    deletions: 0,
    requestedRuns: 0,
    scheduledRuns: 0,
    workerRuns: 0,
    slotsHeld: 0,
    backgroundRuns: 0,
    answers: 0,
    automationEvents: 0,
    firings: 0,
    actions: 0,
  };
  const check: Check = { apiUrl: cluster.apiUrl, found, acknowledged };
  found.wrong.push(...work.wrong, ...states.wrong);
  found.repeated.push(...work.repeated);
  await checkStates(check, states);
  await checkLogLines(check, states.logLines);
  await checkEvents(check, events.events);
  await checkTaskRuns(check, events.taskRuns);
  await forEachOf(work.flowRuns, (run) => checkRun(check, run, work.homes));
  await forEachOf(work.abandoned, (id) => checkAbandoned(check, id));
  await checkDeployed(check, served);
  await checkPool(check, pooled);
  await checkSlots(check, slots);
  await checkBackground(check, background);
  await checkPauses(check, pauses);
  const recoveries = await checkAutomations(check, recorded.automations);
  await forEachOf(deletions, (id) => checkDeletion(check, id));
  const dead = await patiently<{ consumer: string; ref: string; reason: string }[]>(
    `${check.apiUrl}/admin/dead-letters`,
  );
  found.missed.push(...dead.map(({ consumer, ref, reason }) => `${consumer} gave up on ${ref}: ${reason}`));
  return { acknowledged, found, recoveries };
}

/** A consumer looks every five seconds for work of a dead server, and waits for transactions that began earlier. */
const followedMillis = 30_000;
const lookAgainMillis = 500;

/** Checks that nothing is left of a deleted run, even when the server was killed after deleting it. */
async function checkDeletion({ apiUrl, found, acknowledged }: Check, id: string): Promise<void> {
  if ((await untilAnswered(() => request(`${apiUrl}/flow_runs/${id}`))) !== undefined) return;
  acknowledged.deletions += 1;
  const giveUp = performance.now() + followedMillis;
  for (;;) {
    const left = await patiently<unknown[]>(`${apiUrl}/logs/filter`, { logs: { flow_run_id: { any_: [id] } } });
    if (left.length === 0) return;
    if (performance.now() > giveUp)
      return void found.missed.push(`${left.length} log lines of the deleted flow run ${id}`);
    await pause(lookAgainMillis);
  }
}

async function checkStates({ apiUrl, found, acknowledged }: Check, { states }: RecordedStates): Promise<void> {
  await forEachOf(states, async ([id, own]) => {
    const kept = await patiently<KeptState[]>(`${apiUrl}/flow_run_states/?flow_run_id=${id}`);
    acknowledged.states += own.length;
    compare(`state of flow run ${id}`, { expected: own, kept: kept.map((state) => state.id) }, found);
    const others = kept.filter((state) => !own.includes(state.id));
    // The recorder knows every state that it proposed: any other one is a duplicate.
    found.doubled.push(
      ...others.map((state) => `flow run ${id}: ${state.type} ${state.id} that no client was told of`),
    );
  });
}

async function checkLogLines(check: Check, lines: ReadonlyMap<string, readonly string[]>): Promise<void> {
  await forEachOf(lines, ([flowRunId, expected]) => checkLines(check, [flowRunId], expected));
}

async function checkEvents({ apiUrl, found, acknowledged }: Check, ids: readonly string[]): Promise<void> {
  const size = 50;
  const parts = Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
  await forEachOf(parts, async (part) => {
    const { events } = await patiently<{ events: { id: string }[] }>(`${apiUrl}/events/filter`, {
      filter: { id: { id: part }, occurred: { since: "2000-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z" } },
      limit: size,
    });
    acknowledged.events += part.length;
    compare("event", { expected: part, kept: events.map(({ id }) => id) }, found);
  });
}

async function checkTaskRuns({ apiUrl, found, acknowledged }: Check, all: RecordedEvents["taskRuns"]): Promise<void> {
  await forEachOf(all, async ([flowRunId, results]) => {
    const rows = await taskRunsOf(apiUrl, [flowRunId]);
    const finished = rows.filter(({ state_type }) => state_type === "COMPLETED").map(({ id }) => id);
    acknowledged.taskRuns += results.size;
    compare(`finished task run of ${flowRunId}`, { expected: [...results.keys()], kept: finished }, found);
    const kept = await resultsOf(apiUrl, flowRunId);
    for (const [id, value] of results) {
      acknowledged.results += 1;
      const data = kept.filter((result) => result.task_run_id === id).map((result) => result.data);
      if (data.length !== 1 || data[0] !== JSON.stringify([value])) {
        found.resultsLost.push(
          `task run ${id} of ${flowRunId}: ${JSON.stringify(data)}, not ${JSON.stringify([value])}`,
        );
      }
    }
  });
}
