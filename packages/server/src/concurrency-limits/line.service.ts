import { stateNames, timeOrderedId } from "@ostinato/core";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import { defineConsumer } from "../kernel/consumer.ts";
import type { Delivery } from "../kernel/delivery.ts";
import type { Unit } from "../kernel/unit.ts";
import { lineOfDeployment, lineOfLimit, noteChanged } from "./freed.ts";
import * as leases from "./leases.queries.ts";
import * as limits from "./limits.queries.ts";
import * as queries from "./line.queries.ts";

/**
 * How long a slot is kept for the run that was first in line. Whoever serves it is woken and takes it at once; Prefect's clients ask
 * every 7 to 13 s.
 */
const reservedSeconds = 15;
const runsPerStep = 100;

/**
 * Lets the first in line go on when slots become free. It comes after the commit, and holds the limit while it looks: a run that is
 * refused a slot at the same moment is in line by then, or has found the free slot.
 */
export const waitingLines = defineConsumer({
  name: "waiting-lines",
  wants: { followUps: [lineOfDeployment, lineOfLimit] },
  async handle(unit, batch) {
    const { limitIds, unlimited } = await changedLines(unit, batch);
    for (const limitId of limitIds) if (await moveUp(unit, limitId)) return "more";
    return (await letGo(unit, unlimited)) ? "more" : "done";
  },
});

interface Lines {
  readonly limitIds: readonly string[];
  /** Deployments that have no limit any more. */
  readonly unlimited: readonly string[];
}

async function changedLines({ tx }: Unit, batch: readonly Delivery[]): Promise<Lines> {
  const limitIds = new Set(refsOf(batch, lineOfLimit));
  const deployments = await queries.limitsOfDeployments(tx, refsOf(batch, lineOfDeployment));
  const unlimited: string[] = [];
  for (const { id, concurrency_limit_id } of deployments) {
    if (concurrency_limit_id === null) unlimited.push(id);
    else limitIds.add(concurrency_limit_id);
  }
  return { limitIds: [...limitIds].sort(), unlimited };
}

function refsOf(batch: readonly Delivery[], name: string): string[] {
  return batch.filter((delivery) => delivery.name === name).map(({ ref }) => ref);
}

/** Returns whether more may move up. */
async function moveUp(unit: Unit, limitId: string): Promise<boolean> {
  const { context, tx } = unit;
  await limits.lockLimits(tx, [limitId]);
  const [limit] = await limits.limitsByIds(tx, [limitId], context.clock.now());
  if (limit === undefined) return false;
  const free = limit.active === 1 ? limit.max_slots - limit.active_slots : runsPerStep;
  const deployments = await queries.deploymentsOfLimit(tx, limitId);
  const runs = await queries.firstInLine(tx, deployments, Math.min(free, runsPerStep));
  for (const id of runs) await goOn(unit, id, await reserved(unit, limitId, id));
  return runs.length === runsPerStep;
}

async function reserved(unit: Unit, limitId: string, flowRunId: string): Promise<string> {
  const { context, tx } = unit;
  const now = context.clock.now();
  const leaseId = timeOrderedId(now);
  const holder = { type: "flow_run", id: flowRunId };
  await leases.putLease(tx, { leaseId, holder, seconds: reservedSeconds, now });
  await leases.putSlots(tx, { leaseId, limitIds: [limitId], slots: 1 });
  noteChanged(unit, [limitId]);
  return leaseId;
}

async function letGo(unit: Unit, deploymentIds: readonly string[]): Promise<boolean> {
  const runs = await queries.firstInLine(unit.tx, deploymentIds, runsPerStep);
  for (const id of runs) await goOn(unit, id, null);
  return runs.length === runsPerStep;
}

/** The run is due now. */
async function goOn(unit: Unit, id: string, leaseId: string | null): Promise<void> {
  const state = {
    type: "SCHEDULED",
    name: stateNames.scheduled,
    message: "A slot of its concurrency limit is free.",
    state_details: { deployment_concurrency_lease_id: leaseId },
  } as const;
  await flowRuns.proposeIn(unit, { id, state, ruleSet: "minimal" });
}
