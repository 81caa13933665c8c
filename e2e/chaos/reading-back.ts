import { type Answer, everyPage, patiently, pause } from "./api.ts";
import type { Findings, Report } from "./report.ts";

/** The context of all checks: the server, and the collected findings. */
export interface Check {
  readonly apiUrl: string;
  readonly found: Findings;
  readonly acknowledged: Record<keyof Report["acknowledged"], number>;
}

export interface KeptState {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly message: string | null;
}

export interface TaskRunRow {
  readonly id: string;
  readonly name: string;
  readonly state_type: string;
  readonly state_name: string;
}

export interface ResultRow {
  readonly task_run_id: string | null;
  readonly data: string | null;
  readonly location: string | null;
}

const askAgainMillis = 500;

/** Asks until the server knows; undefined where it does not have the thing. */
export async function untilAnswered<T>(ask: () => Promise<Answer<T>>): Promise<T | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer.kind === "answered") return answer.value;
    if (answer.kind === "refused") return undefined;
    await pause(askAgainMillis);
  }
}

/** Checks that each element of `expected` is in `kept` exactly once. */
export function compare(
  what: string,
  { expected, kept }: { readonly expected: readonly string[]; readonly kept: readonly string[] },
  { lost, doubled }: { readonly lost: string[]; readonly doubled: string[] },
): void {
  const times = new Map<string, number>();
  for (const one of kept) times.set(one, (times.get(one) ?? 0) + 1);
  for (const one of expected) {
    const count = times.get(one) ?? 0;
    if (count === 0) lost.push(`${what}: ${one}`);
    if (count > 1) doubled.push(`${what}: ${one}, ${count} times`);
  }
}

export async function checkLines(
  { apiUrl, found, acknowledged }: Check,
  flowRunIds: readonly string[],
  expected: readonly string[],
): Promise<void> {
  const kept = await everyPage<{ message: string }>(`${apiUrl}/logs/filter`, {
    logs: { flow_run_id: { any_: flowRunIds } },
  });
  acknowledged.logLines += expected.length;
  const messages = kept.map(({ message }) => message);
  const lists = { lost: found.logLinesLost, doubled: found.logLinesDoubled };
  compare(`log line of ${flowRunIds[0]}`, { expected, kept: messages }, lists);
}

export function taskRunsOf(apiUrl: string, flowRunIds: readonly string[]): Promise<readonly TaskRunRow[]> {
  return everyPage(`${apiUrl}/task_runs/filter`, { flow_runs: { id: { any_: flowRunIds } }, sort: "ID_DESC" });
}

/** The stored results of the flow run, with their data. */
export async function resultsOf(apiUrl: string, flowRunId: string): Promise<readonly ResultRow[]> {
  const all: ResultRow[] = [];
  let after: string | null = null;
  do {
    const page: { results: ResultRow[]; next: string | null } = await patiently(
      `${apiUrl}/flow_runs/${flowRunId}/results`,
      { after },
    );
    all.push(...page.results);
    after = page.next;
  } while (after !== null);
  return all;
}
