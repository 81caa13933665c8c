import type { ConcurrencyOptions } from "@ostinato/protocol";
import { readPlainJson } from "../db/json-text.ts";
import type { Unit } from "../kernel/unit.ts";
import type { DeploymentSlots } from "../orchestration/slots.ts";
import { noteChanged, noteFreed } from "./freed.ts";
import * as leases from "./leases.queries.ts";
import * as limits from "./limits.queries.ts";
import { concurrencyOptionsOf } from "./run-slots.queries.ts";
import { deleteWaitersOfRun } from "./waiters.queries.ts";

/** How long a run that is being started holds its slot without a sign of life, where its deployment does not say. */
const graceSeconds = 300;

export interface LimitedRun {
  readonly id: string;
  readonly deploymentId: string;
  readonly limitId: string;
}

/** Holds these limits until the unit of work ends: who takes slots for several runs holds all limits first, in their order. */
export async function holdLimits({ tx }: Unit, limitIds: readonly string[]): Promise<void> {
  if (limitIds.length > 0) await limits.lockLimits(tx, limitIds);
}

/** The slots of a deployment's limit as one of its runs finds them. Holds the limit until the unit of work ends. */
export async function slotsFor(unit: Unit, { id, deploymentId, limitId }: LimitedRun): Promise<DeploymentSlots | null> {
  const { context, tx } = unit;
  await limits.lockLimits(tx, [limitId]);
  const [limit] = await limits.limitsByIds(tx, [limitId], context.clock.now());
  if (limit === undefined || limit.active === 0) return null;
  // It takes a slot, or waits in line.
  noteChanged(unit, [limitId]);
  const held = await leases.leaseOfRun(tx, limitId, id);
  const options = readOptions(await concurrencyOptionsOf(tx, deploymentId));
  return {
    limitId,
    maxSlots: limit.max_slots,
    free: limit.max_slots - limit.active_slots,
    held: held ?? null,
    strategy: options?.collision_strategy ?? "ENQUEUE",
    graceSeconds: options?.grace_period_seconds ?? graceSeconds,
  };
}

function readOptions(text: string | null): ConcurrencyOptions | null {
  return text === null ? null : readPlainJson<ConcurrencyOptions | null>(text);
}

export interface HeldSlot {
  readonly flowRunId: string;
  readonly limitId: string;
  readonly leaseId: string;
  /** Null where it ends with the run. */
  readonly seconds: number | null;
}

/** The run holds one slot by this lease from now on, or for longer. */
export async function hold(unit: Unit, { flowRunId, limitId, leaseId, seconds }: HeldSlot): Promise<void> {
  const { context, later } = unit;
  const now = context.clock.now();
  await leases.putLease(later, { leaseId, holder: { type: "flow_run", id: flowRunId }, seconds, now });
  await leases.putSlots(later, { leaseId, limitIds: [limitId], slots: 1 });
  noteChanged(unit, [limitId]);
}

export async function release(unit: Unit, leaseId: string): Promise<void> {
  noteFreed(unit, await leases.deleteLease(unit.tx, leaseId));
}

/** Gives back all slots that the run holds, itself or by its task runs, and their places in lines: its process is gone, or stops. */
export async function releaseAll(unit: Unit, flowRunId: string): Promise<void> {
  const freed = await leases.deleteLeasesOfRun(unit.tx, flowRunId);
  const left = await deleteWaitersOfRun(unit.tx, flowRunId);
  noteFreed(unit, [...new Set([...freed, ...left])].toSorted());
}

/** Gives back the slots that the run's task runs hold, and not its own: its process may still be at work. */
export async function releaseOfTaskRunsOf(unit: Unit, flowRunId: string): Promise<void> {
  noteFreed(unit, await leases.deleteLeasesOfTaskRuns(unit.tx, flowRunId));
}

/** Gives back the slots that these task runs hold. */
export async function releaseOfTaskRuns(unit: Unit, taskRunIds: readonly string[]): Promise<void> {
  noteFreed(unit, await leases.deleteLeasesOfHolders(unit.tx, taskRunIds));
}
