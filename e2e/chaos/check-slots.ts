import { everyPage, patiently, pause } from "./api.ts";
import { mostAtOnce } from "./marks.ts";
import type { Check } from "./reading-back.ts";
import type { SlotWork } from "./slots.ts";

/** Checks that no limit was exceeded, that all slots are free at the end, and how the runs ended that held them. */
export async function checkSlots(check: Check, work: SlotWork): Promise<void> {
  const { found, acknowledged } = check;
  found.stuck.push(...work.stuck);
  found.wrong.push(...work.wrong);
  acknowledged.slotsHeld += work.holds.filter(({ hasEnded }) => hasEnded).length;
  for (const [name, limit] of Object.entries(work.limits)) {
    const most = mostAtOnce(work.holds.filter(({ deployment }) => deployment === name));
    if (most > limit) found.overLimit.push(`limit ${name}: ${most} holders at once, the limit is ${limit}`);
    await checkFree(check, name);
  }
  await checkRuns(check, work);
}

/** A lease outside of runs ends by itself after a minute, and the server's clock of leases moves on every 2 s. */
const freeMillis = 75_000;
const lookMillis = 500;

async function checkFree({ apiUrl, found }: Check, name: string): Promise<void> {
  const url = `${apiUrl}/v2/concurrency_limits/${encodeURIComponent(name)}`;
  const giveUp = performance.now() + freeMillis;
  for (;;) {
    const { active_slots: held } = await patiently<{ readonly active_slots: number }>(url);
    if (held === 0) return;
    if (performance.now() > giveUp) return void found.slotsLeaked.push(`limit ${name}: ${held}`);
    await pause(lookMillis);
  }
}

interface RunOfProcess {
  readonly id: string;
  readonly state_type: string;
  readonly state_name: string;
  readonly tags: readonly string[];
  readonly state: { readonly message: string | null };
}

const final = new Set(["COMPLETED", "CRASHED"]);
/** Until the server has found all runs whose process was killed. */
const foundMillis = 60_000;

async function checkRuns({ apiUrl, found }: Check, { killed }: SlotWork): Promise<void> {
  const isOfKilled = ({ tags }: RunOfProcess) => [...killed].some((pid) => tags.includes(`process ${pid}`));
  const giveUp = performance.now() + foundMillis;
  for (;;) {
    const runs = await everyPage<RunOfProcess>(`${apiUrl}/flow_runs/filter`, {
      flow_runs: { tags: { all_: ["chaos slots"] }, state: { type: { not_any_: ["COMPLETED"] } } },
      sort: "ID_DESC",
    });
    const open = runs.filter(({ state_type }) => !final.has(state_type));
    if (open.some(isOfKilled) && performance.now() < giveUp) {
      await pause(lookMillis);
      continue;
    }
    const told = (run: RunOfProcess) =>
      `run ${run.id}, ${run.tags.join(", ")}: ${run.state_name}, ${run.state.message ?? "without a message"}`;
    found.stuck.push(...open.map(told));
    found.wronglyEnded.push(...runs.filter((run) => final.has(run.state_type) && !isOfKilled(run)).map(told));
    return;
  }
}
