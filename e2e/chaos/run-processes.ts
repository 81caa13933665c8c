import { patiently, pause } from "./api.ts";
import { type MarkedProcess, markedProcesses } from "./marks.ts";
import type { Random } from "./random.ts";
import type { DeployedRun } from "./run-requests.ts";

const lookMillis = 50;
/** How long a fault waits for a process that it can kill. */
const workMillis = 20_000;

/** Kills a process that works on a run, and waits until the server knows of that; undefined where nothing ran. */
export async function killRunProcess(
  { apiUrl, marks }: { readonly apiUrl: string; readonly marks: string },
  random: Random,
  onKill: (claim: string) => void,
): Promise<number | undefined> {
  const working = await workingProcesses(marks);
  if (working.length === 0) return undefined;
  const { run, claim, pid } = random.pick(working);
  onKill(claim);
  const begun = performance.now();
  process.kill(pid, "SIGKILL");
  for (;;) {
    const { state_type, state } = await patiently<DeployedRun>(`${apiUrl}/flow_runs/${run}`);
    if (state_type !== "RUNNING" || state.state_details.claim !== claim) break;
    await pause(lookMillis);
  }
  return (performance.now() - begun) / 1000;
}

/** Ends the processes that still work on runs. */
export async function endRunProcesses(marks: string): Promise<void> {
  for (const { pid, hasEnded } of await markedProcesses(marks)) if (!hasEnded && isAlive(pid)) process.kill(pid);
}

/** The processes that work on a run, as soon as there are any. */
export async function workingProcesses(marks: string): Promise<readonly MarkedProcess[]> {
  const giveUp = performance.now() + workMillis;
  for (;;) {
    const processes = await markedProcesses(marks);
    const working = processes.filter(({ pid, hasEnded }) => !hasEnded && isAlive(pid));
    if (working.length > 0 || performance.now() > giveUp) return working;
    await pause(lookMillis);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
