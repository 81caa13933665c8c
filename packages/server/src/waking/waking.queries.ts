import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { idRows } from "../db/portable.ts";
import type { NextDue, StoppingRun } from "./waker.service.ts";

/** The first time after this one at which a run of each deployment is due. */
export async function nextDueTimes(
  reader: Reader,
  deploymentIds: readonly string[],
  after: Timestamp | null,
): Promise<readonly NextDue[]> {
  const later = after === null ? sql`` : sql`AND flow_run.next_scheduled_start_time > ${after}`;
  const { rows } = await sql<NextDue>`
    SELECT id, at FROM (SELECT given.id,
      (SELECT min(flow_run.next_scheduled_start_time) FROM flow_run
        WHERE flow_run.deployment_id = given.id AND flow_run.next_scheduled_start_time IS NOT NULL ${later}) AS at
      FROM ${idRows(deploymentIds)} AS given) AS found WHERE at IS NOT NULL`.execute(reader);
  return rows;
}

/** The runs of the deployments that have been asked to stop and have not confirmed it. */
export async function stoppingRuns(reader: Reader, deploymentIds: readonly string[]): Promise<readonly StoppingRun[]> {
  const { rows } = await sql<StoppingRun>`
    SELECT flow_run.deployment_id AS id, flow_run.id AS flow_run_id FROM flow_run
    JOIN ${idRows(deploymentIds)} AS given ON given.id = flow_run.deployment_id
    WHERE flow_run.state_type = 'CANCELLING'`.execute(reader);
  return rows;
}
