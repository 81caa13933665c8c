import { forEachOf, patiently, pause, request } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import type { EventTestimony } from "./event-witness.ts";
import { judgeAbandoned, judgeRun } from "./judge-runs.ts";
import { type Court, compare, judgeLines, type KeptState, resultsOf, taskRunsOf } from "./reading-back.ts";
import type { StateTestimony } from "./state-witness.ts";
import { noFindings, type Verdict } from "./verdict.ts";
import type { WorkDone } from "./workers.ts";

export interface Evidence {
  readonly work: WorkDone;
  readonly states: StateTestimony;
  readonly events: EventTestimony;
  /** Runs that somebody asked to delete. */
  readonly deletions: readonly string[];
}

type Judgement = Pick<Verdict, "acknowledged" | "found">;

/** Reads back everything that was acknowledged, and counts what is not as it was. */
export async function judge(cluster: Cluster, { work, states, events, deletions }: Evidence): Promise<Judgement> {
  const found = noFindings();
  const acknowledged = { states: 0, events: 0, taskRuns: 0, results: 0, logLines: 0, artifacts: 0, deletions: 0 };
  const court: Court = { apiUrl: cluster.apiUrl, found, acknowledged };
  found.wrong.push(...work.wrong, ...states.wrong);
  found.repeated.push(...work.repeated);
  await judgeStates(court, states);
  await judgeLogLines(court, states.logLines);
  await judgeEvents(court, events.events);
  await judgeTaskRuns(court, events.taskRuns);
  await forEachOf(work.flowRuns, (run) => judgeRun(court, run, work.homes));
  await forEachOf(work.abandoned, (id) => judgeAbandoned(court, id));
  await forEachOf(deletions, (id) => judgeDeletion(court, id));
  const dead = await patiently<{ consumer: string; ref: string; reason: string }[]>(
    `${court.apiUrl}/admin/dead-letters`,
  );
  found.missed.push(...dead.map(({ consumer, ref, reason }) => `${consumer} gave up on ${ref}: ${reason}`));
  return { acknowledged, found };
}

/** A consumer looks every five seconds for what a dead server has left, and waits for transactions that began before. */
const followedMillis = 30_000;
const lookAgainMillis = 500;

/** Of a run that is gone nothing is left, also where the server was killed that deleted it. */
async function judgeDeletion({ apiUrl, found, acknowledged }: Court, id: string): Promise<void> {
  if (!(await isGone(apiUrl, id))) return;
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

async function isGone(apiUrl: string, id: string): Promise<boolean> {
  for (;;) {
    const answer = await request(`${apiUrl}/flow_runs/${id}`);
    if (answer.kind !== "unknown") return answer.kind === "refused";
    await pause(lookAgainMillis);
  }
}

async function judgeStates({ apiUrl, found, acknowledged }: Court, { states }: StateTestimony): Promise<void> {
  await forEachOf(states, async ([id, own]) => {
    const kept = await patiently<KeptState[]>(`${apiUrl}/flow_run_states/?flow_run_id=${id}`);
    acknowledged.states += own.length;
    compare(`state of flow run ${id}`, { expected: own, kept: kept.map((state) => state.id) }, found);
    const others = kept.filter((state) => !own.includes(state.id));
    // The witness has heard of every state that it asked for: another one was made by asking twice.
    found.doubled.push(...others.map((state) => `flow run ${id}: ${state.type} ${state.id} that nobody was told of`));
  });
}

async function judgeLogLines(court: Court, lines: ReadonlyMap<string, readonly string[]>): Promise<void> {
  await forEachOf(lines, ([flowRunId, expected]) => judgeLines(court, [flowRunId], expected));
}

async function judgeEvents({ apiUrl, found, acknowledged }: Court, ids: readonly string[]): Promise<void> {
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

async function judgeTaskRuns({ apiUrl, found, acknowledged }: Court, all: EventTestimony["taskRuns"]): Promise<void> {
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
