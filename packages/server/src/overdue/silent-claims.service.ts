import { formatTimestamp, type Timestamp } from "@ostinato/core";
import * as cleanUps from "../clean-ups/clean-ups.service.ts";
import { readPlainJson } from "../db/json-text.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { createSilence } from "../kernel/silence.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as queries from "./silent-claims.queries.ts";

/** Of clients that don't say theirs: Prefect's workers give a sign every thirty seconds, and who serves deployments polls more often. */
const usualSeconds = 30;
const claimsPerLook = 1000;

interface Claim {
  readonly id: string;
  readonly from: string;
  /** The last sign of life of whoever has it; null where none is known. */
  readonly lastSign: Timestamp | null;
  /** A claimer that has given no sign for three of these intervals is gone. */
  readonly intervalSeconds: number;
  readonly message: string;
  /** What follows when the run goes back, in the same unit of work. */
  readonly andThen?: (unit: Unit) => Promise<void>;
}

/**
 * Gives claimed runs back whose claimer is gone: nobody has polled their deployment for 90 s, or their worker has given no sign of
 * life for three of its intervals. Where a worker had the run, another one of the pool is to remove what it may have started. The
 * returned function is to be called every so many seconds.
 */
export function silentClaimsReturner(context: Context, everySeconds: number): () => Promise<void> {
  const { db, clock } = context;
  const silence = createSilence(everySeconds);
  return async () => {
    const served = await queries.servedClaims(db.slow, claimsPerLook);
    const ofWorkers = await queries.workersClaims(db.slow, claimsPerLook);
    const claims = new Map([...served.map(ofServer), ...ofWorkers.map(ofWorker)].map((claim) => [claim.id, claim]));
    const seen = [...claims.values()].map(({ id, from, lastSign, intervalSeconds }) => ({
      id,
      sign: `${from} ${lastSign}`,
      intervalSeconds,
    }));
    for (const { id, lost } of silence.look(seen, clock.elapsed())) {
      const claim = claims.get(id);
      if (lost && claim !== undefined) await giveBack(context, claim);
    }
  };
}

function giveBack(context: Context, { id, from, message, andThen }: Claim): Promise<void> {
  return unit(context, async (unit) => {
    const state = { type: "SCHEDULED", message } as const;
    const isBack = await flowRuns.proposeFromIn(unit, { id, from, state, ruleSet: "minimal" });
    if (isBack) await andThen?.(unit);
  });
}

function ofServer({ id, state_id: from, last_polled: lastSign }: queries.ServedClaim): Claim {
  const since = formatTimestamp(lastSign);
  const message = `It is to be started again. Whoever claimed it has not asked for runs since ${since}.`;
  return { id, from, lastSign, intervalSeconds: usualSeconds, message };
}

function ofWorker(claim: queries.WorkersClaim): Claim {
  const { id, state_id: from, last_heartbeat_time: lastSign, heartbeat_interval_seconds } = claim;
  return {
    id,
    from,
    lastSign,
    intervalSeconds: heartbeat_interval_seconds || usualSeconds,
    message: `It is to be started again. ${silenceOf(claim)}`,
    andThen: (unit) =>
      cleanUps.leave(unit, {
        poolId: claim.work_pool_id,
        queueId: claim.work_queue_id,
        kind: "pending_claim_teardown.v1",
        target: {
          flow_run_id: id,
          claim_id: claimOf(claim),
          execution_id: null,
          infrastructure_pid: claim.infrastructure_pid,
        },
      }),
  };
}

function silenceOf({ worker_name, last_heartbeat_time }: queries.WorkersClaim): string {
  if (last_heartbeat_time === null) return `The worker "${worker_name}" that claimed it has been deleted.`;
  const since = formatTimestamp(last_heartbeat_time);
  return worker_name === null
    ? `No worker of its pool has given a sign of life since ${since}.`
    : `The worker "${worker_name}" that claimed it has given no sign of life since ${since}.`;
}

/** The id of the PENDING state by which the run was claimed. */
function claimOf({ state_id, state_details }: queries.WorkersClaim): string {
  const { claim } = readPlainJson<{ readonly claim?: string }>(state_details ?? "{}");
  return claim ?? state_id;
}
