import { everyPage, patiently, pause } from "./api.ts";
import { type PauseWork, pausedTag } from "./pauses.ts";
import type { Check } from "./reading-back.ts";

interface AskingRun {
  readonly id: string;
  readonly state_type: string;
  readonly state_name: string;
  readonly tags: readonly string[];
  readonly run_count: number;
  readonly state: { readonly message: string | null };
}

const final = new Set(["COMPLETED", "FAILED", "CANCELLED", "CRASHED"]);
/** Until the server has found all runs whose process was killed, and has ended pauses whose time has passed. */
const foundMillis = 60_000;
const lookMillis = 500;

/** Checks that each run that asked ended in one of the allowed ways, and that no acknowledged answer was lost. */
export async function checkPauses(check: Check, work: PauseWork): Promise<void> {
  const { found, acknowledged } = check;
  found.stuck.push(...work.stuck);
  found.wrong.push(...work.wrong);
  const runs = await endedRuns(check);
  const known = new Set(runs.map(({ id }) => id));
  const sent = [...work.answers].filter(([, { isAcknowledged }]) => isAcknowledged).map(([id]) => id);
  acknowledged.answers += sent.length;
  found.lost.push(...[...work.told.keys(), ...sent].filter((id) => !known.has(id)).map((id) => `run ${id} that asked`));
  for (const run of runs) {
    const what = final.has(run.state_type) ? (wrongEnd(run, work) ?? (await wrongResult(check, run, work))) : undefined;
    const tell = `run ${run.id} that asked is ${run.state_name}, ${run.state.message ?? "without a message"}`;
    if (!final.has(run.state_type)) found.stuck.push(tell);
    if (what !== undefined) found.wrong.push(`${tell}: ${what}`);
  }
}

async function endedRuns({ apiUrl }: Check): Promise<readonly AskingRun[]> {
  const giveUp = performance.now() + foundMillis;
  for (;;) {
    const runs = await everyPage<AskingRun>(`${apiUrl}/flow_runs/filter`, {
      flow_runs: { tags: { all_: [pausedTag] } },
      sort: "ID_DESC",
    });
    if (runs.every(({ state_type }) => final.has(state_type)) || performance.now() > giveUp) return runs;
    await pause(lookMillis);
  }
}

/** Whether a run that was suspended went on with another number than it was answered with: nobody was told of its end. */
async function wrongResult(
  { apiUrl }: Check,
  { id, state_type }: AskingRun,
  { answers, told }: PauseWork,
): Promise<string | undefined> {
  if (state_type !== "COMPLETED" || told.has(id)) return undefined;
  const { preview } = await patiently<{ readonly preview: { readonly value?: unknown } }>(
    `${apiUrl}/flow_runs/${id}/result`,
  );
  const number = answers.get(id)?.number;
  return preview.value === number ? undefined : `its result is ${JSON.stringify(preview.value)}, not ${number}`;
}

/** What is wrong with the end of the run, after all that was done to it. */
function wrongEnd({ id, tags, run_count, state_type, state }: AskingRun, work: PauseWork): string | undefined {
  const answer = work.answers.get(id);
  const told = work.told.get(id);
  const wasKilled = [...work.killed].some((pid) => tags.includes(`process ${pid}`));
  if (told !== undefined && told.type !== state_type) return `its process was told that it is ${told.type}`;
  if (state_type === "COMPLETED") {
    if (answer === undefined) return "nobody has answered it";
    return told === undefined || told.value === answer.number
      ? undefined
      : `it got ${told.value}, not ${answer.number}`;
  }
  if (state_type === "CRASHED" && wasKilled) return undefined;
  // A run that crashed and was started again asks again.
  if (answer?.isAcknowledged === true && run_count < 2) return `its answer ${answer.number} was acknowledged`;
  if (state_type === "CANCELLED" && work.cancelled.has(id)) return undefined;
  return state_type === "FAILED" && state.message?.includes("never resumed") ? undefined : "nothing has led to that";
}
