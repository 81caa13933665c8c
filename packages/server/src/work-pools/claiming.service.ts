import type { BodyOf, claimRunsOfWorkPool, WorkerFlowRun } from "@ostinato/protocol";
import { holdLimits } from "../concurrency-limits/run-slots.service.ts";
import { storable } from "../db/json-text.ts";
import { assignTo, listByIds } from "../flow-runs/due-runs.service.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { notePolls } from "../work-queues/polls.service.ts";
import * as places from "../work-queues/pool-places.service.ts";
import * as workers from "../workers/workers.service.ts";
import * as queries from "./due-runs.queries.ts";
import { type PickedRun, pickDue } from "./due-runs.service.ts";

type Claim = BodyOf<typeof claimRunsOfWorkPool>;

/**
 * Takes due runs for a worker. Each becomes PENDING with all slots that it needs, all in one transaction: what another worker takes at the
 * same moment is left out, so no two get the same run.
 */
export async function claimRuns(context: Context, name: string, claim: Claim): Promise<WorkerFlowRun[]> {
  const pool = await places.readPlaces(context.db.read, name);
  const queues = places.namedQueues(pool, claim.work_queue_names);
  await notePolls(context, queues);
  // Most questions find nothing, and should cost no transaction.
  const due = await queries.dueTiers(
    context.db.read,
    queues.map(({ id }) => id),
    context.clock.now(),
  );
  if (pool.isPaused || due.length === 0) return [];
  const workerId = await workers.idOf(context, pool, claim.worker_name);
  const claimed = await unit(context, (unit) =>
    claimIn(unit, { seen: pool, alone: places.isLimited(pool), workerId }, claim),
  );
  // A limit that was set at this moment has to be seen by everybody.
  return claimed ?? (await unit(context, (unit) => claimIn(unit, { seen: pool, alone: true, workerId }, claim))) ?? [];
}

interface Claiming {
  readonly seen: places.PoolPlaces;
  /** Whether nobody else takes slots of the pool meanwhile. */
  readonly alone: boolean;
  readonly workerId: string;
}

/** Undefined where the pool has got a limit meanwhile, and has to be held alone. */
async function claimIn(
  unit: Unit,
  { seen, alone, workerId }: Claiming,
  claim: Claim,
): Promise<WorkerFlowRun[] | undefined> {
  if (!(await places.holdPool(unit.tx, seen.id, { alone }))) return [];
  const pool = await places.readPlaces(unit.tx, seen.name);
  if (places.isLimited(pool) && !alone) return undefined;
  const taken = await takeRuns(unit, pool, claim);
  const ids = taken.map(({ id }) => id);
  if (ids.length === 0) return [];
  await assignTo(unit, ids, { worker_id: workerId, worker_name: storable(claim.worker_name) });
  const queueOf = new Map(taken.map(({ id, queueId }) => [id, queueId]));
  const runs = await listByIds(unit.context, unit.tx, ids);
  return runs.map((flow_run) => ({
    work_pool_id: pool.id,
    work_queue_id: queueOf.get(flow_run.id) ?? "",
    flow_run,
  }));
}

/** A run whose deployment has no free slot goes into the line for one, and the next is looked at. So many lookings are enough. */
const maxRounds = 10;

async function takeRuns(unit: Unit, pool: places.PoolPlaces, claim: Claim): Promise<readonly PickedRun[]> {
  const { tx, context } = unit;
  const queues = places.namedQueues(pool, claim.work_queue_names);
  const taken: PickedRun[] = [];
  for (let round = 0; round < maxRounds && taken.length < claim.limit; round += 1) {
    const picked = await pickDue(tx, {
      pool,
      queues,
      room: await places.readRoom(tx, pool),
      before: context.clock.now(),
      after: null,
      limit: claim.limit - taken.length,
      read: (tier) => queries.takeInTier(tx, tier),
    });
    if (picked.length === 0) break;
    await holdLimits(unit, await queries.limitsOfRuns(tx, picked));
    const started = [];
    for (const run of picked) if (await start(unit, run)) started.push(run);
    taken.push(...started);
    if (started.length === picked.length) break;
  }
  return taken;
}

async function start(unit: Unit, { id }: PickedRun): Promise<boolean> {
  const proposal = { id, state: { type: "PENDING" }, ruleSet: "core", hasRoom: true } as const;
  const { state, status } = await flowRuns.proposeIn(unit, proposal);
  return status === "ACCEPT" && state?.type === "PENDING";
}
