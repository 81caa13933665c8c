import { stateNames } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { isNamed } from "../db/state-sql.ts";

/** The limits of the deployments; null for a deployment without one. */
export async function limitsOfDeployments(
  tx: Writer,
  deploymentIds: readonly string[],
): Promise<readonly { readonly id: string; readonly concurrency_limit_id: string | null }[]> {
  if (deploymentIds.length === 0) return [];
  return tx
    .selectFrom("deployment")
    .select(["id", "concurrency_limit_id"])
    .where("id", "in", deploymentIds)
    .orderBy("id")
    .execute();
}

/** The runs of these deployments that wait for a slot, the first in line first; without those that are being changed. */
export async function firstInLine(tx: Writer, deploymentIds: readonly string[], limit: number): Promise<string[]> {
  if (deploymentIds.length === 0 || limit <= 0) return [];
  const rows = await tx
    .selectFrom("flow_run")
    .select("id")
    .where("deployment_id", "in", deploymentIds)
    .where(isNamed("flow_run.state_name", stateNames.awaitingConcurrencySlot))
    .orderBy("expected_start_time")
    .orderBy("id")
    .limit(limit)
    .modifyEnd(portable.freeRowLock("flow_run"))
    .execute();
  return rows.map(({ id }) => id);
}

export async function deploymentsOfLimit(tx: Writer, limitId: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`SELECT id FROM deployment WHERE concurrency_limit_id = ${limitId}
    ORDER BY id`.execute(tx);
  return rows.rows.map(({ id }) => id);
}

export interface Standing {
  readonly deploymentId: string;
  readonly flowRunId: string;
}

/** The place of a run among those of its deployment that wait for a slot, from 1. */
export async function placeInLine(reader: Reader, { deploymentId, flowRunId }: Standing): Promise<Place> {
  const inLine = isNamed("flow_run.state_name", stateNames.awaitingConcurrencySlot);
  const { rows } = await sql<Place>`
    SELECT count(*) AS length, coalesce(sum(CASE WHEN
      (flow_run.expected_start_time, flow_run.id) <= (own.expected_start_time, own.id) THEN 1 ELSE 0 END), 0) AS place
    FROM flow_run JOIN flow_run AS own ON own.id = ${flowRunId}
    WHERE flow_run.deployment_id = ${deploymentId} AND ${inLine}`.execute(reader);
  const [{ place, length } = { place: 0, length: 0 }] = rows;
  return { place: Number(place), length: Number(length) };
}

export interface Place {
  readonly place: number;
  readonly length: number;
}
