import { forEachOf, request } from "./api.ts";
import type { BackgroundNote, BackgroundWork } from "./background.ts";
import { doubledProcesses, type MarkedProcess } from "./marks.ts";
import { type Check, type KeptState, untilAnswered } from "./reading-back.ts";

/** Checks that each delayed run was done, by one worker at a time and once for each time that it was given to one, and that its end was told. */
export async function checkBackground(check: Check, work: BackgroundWork): Promise<void> {
  const { found, acknowledged } = check;
  found.stuck.push(...work.stuck);
  found.wrong.push(...work.wrong);
  found.doubled.push(...doubledProcesses(work.calls));
  const callsOf = Map.groupBy(work.calls, ({ run }) => run);
  const endOf = new Map(work.notes.flatMap((note) => ("type" in note ? [[note.run, note] as const] : [])));
  const delayed = work.notes.filter((note) => "number" in note);
  acknowledged.backgroundRuns += delayed.length;
  await forEachOf(delayed, ({ run, number }) =>
    checkDelayed(check, { run, number, calls: callsOf.get(run) ?? [], told: endOf.get(run) }),
  );
}

interface DelayedRun {
  readonly run: string;
  readonly number: number;
  readonly calls: readonly MarkedProcess[];
  readonly told: Extract<BackgroundNote, { readonly type: string }> | undefined;
}

const open = new Set(["SCHEDULED", "PENDING", "RUNNING"]);

async function checkDelayed({ apiUrl, found }: Check, { run, number, calls, told }: DelayedRun): Promise<void> {
  const row = await untilAnswered(() => request<{ readonly state_type: string }>(`${apiUrl}/task_runs/${run}`));
  if (row === undefined) return void found.lost.push(`background task run ${run}`);
  const states = await untilAnswered(() => request<KeptState[]>(`${apiUrl}/task_run_states/?task_run_id=${run}`));
  const history = (states ?? []).map(({ name, message }) => (message ? `${name}: ${message}` : name)).join(" | ");
  const tell = (what: string) => `background task run ${run}: ${what} (${history}; called ${calls.length} times)`;
  if (open.has(row.state_type)) return void found.stuck.push(tell(row.state_type));
  if (row.state_type !== "COMPLETED") return void found.wrong.push(tell("not completed"));
  if (told === undefined) found.stuck.push(tell("its client was not told of its end"));
  else if (told.type !== "COMPLETED") found.wrong.push(tell(`its client was told that it is ${told.type}`));
  else if (told.value !== 2 * number) found.resultsLost.push(tell(`${told.value}, not ${2 * number}`));
  if (!calls.some(({ hasEnded }) => hasEnded)) found.wrong.push(tell("no worker has called its function to the end"));
  // Each time that the server took it from a worker it may have been called once more.
  const takenBack = (states ?? []).filter(({ type, message }) => type === "SCHEDULED" && message?.endsWith("is gone."));
  if (calls.length > 1 + takenBack.length) found.doubled.push(tell("called more often than it was given"));
}
