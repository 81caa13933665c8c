import { formatTimestamp, secondsBetween, stateNames } from "@ostinato/core";
import type { FlowRunRow, Waiting } from "@ostinato/protocol";
import { lineOf } from "../../concurrency-limits/standing.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./waiting.queries.ts";
import { type DeploymentOfRun, waitingOf } from "./waiting.rules.ts";

/** Who serves a deployment asks for runs more often. */
const silenceSeconds = 60;

/** Why a run does not proceed; null for a run that proceeds or has ended. */
export async function readWaiting(context: Context, run: FlowRunRow): Promise<Waiting | null> {
  const now = context.clock.now();
  return waitingOf(run, { now: formatTimestamp(now), deployment: await deploymentOf(context, run) });
}

/** Undefined for a run without a deployment, and where it makes no difference; null where the deployment is gone. */
async function deploymentOf(context: Context, run: FlowRunRow): Promise<DeploymentOfRun | null | undefined> {
  if (run.deployment_id === null || run.state_type !== "SCHEDULED") return undefined;
  const { db, clock } = context;
  const found = await queries.servedDeployment(db.read, run.deployment_id);
  if (found === undefined) return null;
  const { last_polled, concurrency_limit_id: limitId } = found;
  const waitsForSlot = run.state_name === stateNames.awaitingConcurrencySlot && limitId !== null;
  return {
    name: found.name,
    isPaused: found.paused === 1,
    hasWorkPool: found.work_queue_id !== null,
    lastServed: last_polled === null ? null : formatTimestamp(last_polled),
    isServed: last_polled !== null && secondsBetween(last_polled, clock.now()) <= silenceSeconds,
    line: waitsForSlot ? await lineOf(context, limitId, { deploymentId: found.id, flowRunId: run.id }) : null,
  };
}
