import { earliestMoment, type Timestamp } from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { idsText, portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";

/** Runs of one queue that have the same priority, of which one is due. */
export interface Tier {
  readonly queueId: string;
  readonly priority: number;
}

const tiers = prepared<{ ids: string; before: Timestamp }, { queue_id: string; priority: number }>(
  (_, slot) => sql`
    WITH RECURSIVE tier(queue_id, priority) AS (
      SELECT wanted.id, (SELECT min(priority) FROM flow_run WHERE work_queue_id = wanted.id AND state_type = 'SCHEDULED')
      FROM ${portable.rowsOf(slot("ids"), { id: "uuid" })} AS wanted
      UNION ALL
      SELECT queue_id, (SELECT min(flow_run.priority) FROM flow_run WHERE work_queue_id = tier.queue_id
        AND state_type = 'SCHEDULED' AND flow_run.priority > tier.priority)
      FROM tier WHERE priority IS NOT NULL)
    SELECT queue_id, priority FROM tier WHERE priority IS NOT NULL
      AND (SELECT min(next_scheduled_start_time) FROM flow_run WHERE work_queue_id = tier.queue_id
        AND flow_run.priority = tier.priority AND state_type = 'SCHEDULED') <= ${slot("before")}`,
);

/**
 * The tiers of these queues that have due runs. Whatever else waits in a queue costs nothing: each tier is one step along an index, and so
 * is its first run.
 */
export async function dueTiers(
  reader: Reader,
  queueIds: readonly string[],
  before: Timestamp,
): Promise<readonly Tier[]> {
  if (queueIds.length === 0) return [];
  const { rows } = await tiers(reader, { ids: idsText(queueIds), before });
  return rows.map(({ queue_id: queueId, priority }) => ({ queueId, priority }));
}

export interface DueInTier extends Tier {
  readonly before: Timestamp;
  readonly after: Timestamp | null;
  readonly limit: number;
}

export interface DueRun {
  readonly id: string;
  readonly at: Timestamp;
  readonly deploymentId: string | null;
}

/** The runs of a tier that are due, the earliest first. Those that wait for an attempt in their own process are not for workers. */
export async function dueInTier(reader: Reader, tier: DueInTier): Promise<readonly DueRun[]> {
  return (await found(reader, valuesOf(tier))).rows.map(dueRunOf);
}

/** The same, held until the unit of work ends and without those that others hold. Runs whose deployment lets none start are left out. */
export async function takeInTier(tx: Writer, tier: DueInTier): Promise<readonly DueRun[]> {
  return (await taken(tx, valuesOf(tier))).rows.map(dueRunOf);
}

function valuesOf({ queueId, priority, before, after, limit }: DueInTier) {
  return { queueId, priority, before, after: after ?? (earliestMoment as Timestamp), limit };
}

interface DueRow {
  readonly id: string;
  readonly next_scheduled_start_time: Timestamp;
  readonly deployment_id: string | null;
}

function dueRunOf({ id, next_scheduled_start_time: at, deployment_id: deploymentId }: DueRow): DueRun {
  return { id, at: Number(at) as Timestamp, deploymentId };
}

const isForWorkers = sql<SqlBool>`coalesce(${portable.jsonField("empirical_policy", "retry_type")}, '') <> 'in_process'`;

/** False where the deployment of the run is gone, or lets none start: such runs would stand before all others for ever. */
const mayStart = sql<SqlBool>`(deployment_id IS NULL OR EXISTS (SELECT 1 FROM deployment
  LEFT JOIN concurrency_limit ON concurrency_limit.id = deployment.concurrency_limit_id
  WHERE deployment.id = flow_run.deployment_id
    AND (concurrency_limit.id IS NULL OR concurrency_limit.active = 0 OR concurrency_limit.max_slots > 0)))`;

const found = dueRows(() => sql``);
const taken = dueRows(() => portable.freeRowLock("flow_run"), mayStart);

function dueRows(ending: () => RawBuilder<unknown>, condition: RawBuilder<SqlBool> = sql`1 = 1`) {
  return prepared<ReturnType<typeof valuesOf>, DueRow>(
    (_, slot) => sql`SELECT id, next_scheduled_start_time, deployment_id FROM flow_run
    WHERE work_queue_id = ${slot("queueId")} AND priority = ${slot("priority")} AND state_type = 'SCHEDULED'
      AND next_scheduled_start_time <= ${slot("before")} AND next_scheduled_start_time >= ${slot("after")}
      AND ${isForWorkers} AND ${condition}
    ORDER BY next_scheduled_start_time, id LIMIT ${slot("limit")} ${ending()}`,
  );
}

/** The limits of the deployments of these runs. */
export async function limitsOfRuns(reader: Reader, runs: readonly DueRun[]): Promise<readonly string[]> {
  const ids = [...new Set(runs.flatMap(({ deploymentId }) => deploymentId ?? []))];
  if (ids.length === 0) return [];
  const rows = await reader
    .selectFrom("deployment")
    .select("concurrency_limit_id")
    .distinct()
    .where("id", "in", ids)
    .where("concurrency_limit_id", "is not", null)
    .execute();
  return rows.flatMap(({ concurrency_limit_id }) => concurrency_limit_id ?? []);
}
