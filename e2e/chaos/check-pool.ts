import { patiently, pause } from "./api.ts";
import { checkDeployed } from "./check-deployed.ts";
import type { PoolWork } from "./pool.ts";
import { exceededLimits } from "./pool-limits.ts";
import type { Check } from "./reading-back.ts";

/** Checks the runs of a work pool like those of other deployments, its limits at every moment, and that none of its slots is taken. */
export async function checkPool(check: Check, work: PoolWork): Promise<void> {
  await checkDeployed(check, work);
  check.acknowledged.workerRuns += new Set(
    work.processes.filter(({ hasEnded }) => hasEnded).map(({ run }) => run),
  ).size;
  check.found.overLimit.push(...exceededLimits({ ...work, periods: work.limits }));
  await checkSlots(check, work);
}

interface Slots {
  readonly active_slots: number | null;
}

const slotsFreeMillis = 10_000;
const lookMillis = 500;

async function checkSlots({ apiUrl, found }: Check, { name }: PoolWork): Promise<void> {
  const giveUp = performance.now() + slotsFreeMillis;
  for (;;) {
    const { active_slots: held } = await patiently<Slots>(`${apiUrl}/work_pools/${name}`);
    if (held === null || held === 0) return;
    if (performance.now() > giveUp) return void found.slotsLeaked.push(`work pool ${name}: ${held}`);
    await pause(lookMillis);
  }
}
