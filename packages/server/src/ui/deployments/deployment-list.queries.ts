import type { Timestamp } from "@ostinato/core";
import type { DeploymentListSort, DeploymentStatus } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { anyOf, everything, join } from "../../criteria/conditions.queries.ts";
import type { Flag, JsonText } from "../../db/columns.ts";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";
import type { FlowCountRow } from "../lists/counts.ts";

export interface DeploymentFilter {
  readonly ids: readonly string[] | undefined;
  readonly text: string | undefined;
  readonly flowIds: readonly string[];
  readonly tags: readonly string[];
  readonly status: DeploymentStatus | undefined;
  readonly paused: boolean | undefined;
  readonly workPools: readonly string[];
}

export interface DeploymentListQuery extends DeploymentFilter {
  readonly sort: DeploymentListSort;
  readonly limit: number;
  readonly offset: number;
  readonly now: Timestamp;
}

export interface DeploymentInList {
  readonly id: string;
  readonly name: string;
  readonly flow_id: string;
  readonly flow_name: string;
  readonly tags: JsonText;
  readonly paused: Flag;
  readonly status: DeploymentStatus;
  readonly last_polled: Timestamp | null;
  readonly work_pool_name: string | null;
  readonly created: Timestamp;
}

const byName = sql`flow.name, deployment.name, deployment.id`;

function orderOf({ sort, now }: DeploymentListQuery): RawBuilder<unknown> {
  switch (sort) {
    case "NAME_ASC":
      return byName;
    case "CREATED_DESC":
      return sql`deployment.created DESC, deployment.id DESC`;
    case "UPDATED_DESC":
      return sql`deployment.updated DESC, deployment.id DESC`;
    case "NEXT_RUN_ASC":
      return sql`coalesce((SELECT min(next_scheduled_start_time) FROM flow_run
        WHERE deployment_id = deployment.id AND next_scheduled_start_time IS NOT NULL), ${Number.MAX_SAFE_INTEGER}), ${byName}`;
    case "LAST_RUN_DESC":
      return sql`coalesce((SELECT max(expected_start_time) FROM flow_run
        WHERE deployment_id = deployment.id AND expected_start_time <= ${now}), 0) DESC, ${byName}`;
    default:
      return sort satisfies never;
  }
}

const withNames = sql`FROM deployment JOIN flow ON flow.id = deployment.flow_id
  LEFT JOIN work_queue ON work_queue.id = deployment.work_queue_id
  LEFT JOIN work_pool ON work_pool.id = work_queue.work_pool_id`;

export async function deploymentsInList(db: Database, query: DeploymentListQuery): Promise<DeploymentInList[]> {
  const { rows } = await sql<DeploymentInList>`
    SELECT deployment.id, deployment.name, deployment.flow_id, flow.name AS flow_name, deployment.tags, deployment.paused,
      deployment.status, deployment.last_polled, work_pool.name AS work_pool_name, deployment.created
    ${withNames} WHERE ${matching(query)}
    ORDER BY ${orderOf(query)} LIMIT ${query.limit} OFFSET ${query.offset}`.execute(db.slow);
  return rows;
}

export async function countDeployments(db: Database, query: DeploymentFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count ${withNames} WHERE ${matching(query)}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

export interface DeploymentStateCountRow {
  readonly status: DeploymentStatus;
  readonly paused: Flag;
  readonly count: number;
}

export async function countDeploymentsByState(
  db: Database,
  filter: DeploymentFilter,
): Promise<DeploymentStateCountRow[]> {
  const { rows } = await sql<DeploymentStateCountRow>`
    SELECT deployment.status, deployment.paused, count(*) AS count ${withNames} WHERE ${matching(filter)}
    GROUP BY deployment.status, deployment.paused`.execute(db.slow);
  return rows;
}

export async function countDeploymentsByFlow(db: Database, filter: DeploymentFilter): Promise<FlowCountRow[]> {
  const { rows } = await sql<FlowCountRow>`
    SELECT deployment.flow_id, count(*) AS count ${withNames} WHERE ${matching(filter)}
    GROUP BY deployment.flow_id`.execute(db.slow);
  return rows;
}

function matching({ ids, text, flowIds, tags, status, paused, workPools }: DeploymentFilter): RawBuilder<SqlBool> {
  const named =
    text === undefined
      ? undefined
      : join([portable.contains("deployment.name", text), portable.contains("flow.name", text)], "or_");
  const conditions = [
    anyOf("deployment.id", ids),
    named,
    flowIds.length === 0 ? undefined : anyOf("deployment.flow_id", flowIds),
    tags.length === 0 ? undefined : portable.holdsAll("deployment.tags", tags),
    status === undefined ? undefined : sql<SqlBool>`deployment.status = ${status}`,
    paused === undefined ? undefined : sql<SqlBool>`deployment.paused = ${paused ? 1 : 0}`,
    workPools.length === 0 ? undefined : anyOf("work_pool.name", workPools),
  ];
  return join(conditions, "and_") ?? everything;
}

export interface ScheduleRow {
  readonly id: string;
  readonly deployment_id: string;
  readonly active: Flag;
  readonly schedule: JsonText;
}

/** The schedules of these deployments, the oldest first. */
export async function schedulesOf(db: Database, deploymentIds: readonly string[]): Promise<ScheduleRow[]> {
  const { rows } = await sql<ScheduleRow>`
    SELECT schedule.id, schedule.deployment_id, schedule.active, schedule.schedule
    FROM ${idRows(deploymentIds)} AS wanted JOIN deployment_schedule AS schedule ON schedule.deployment_id = wanted.id
    ORDER BY schedule.created, schedule.id`.execute(db.read);
  return rows;
}

export interface NextRunRow {
  readonly deployment_id: string;
  readonly id: string;
  readonly name: string;
  readonly state_name: string | null;
  readonly at: Timestamp;
}

/** The earliest run of each deployment that has not started. */
export async function nextRuns(db: Database, deploymentIds: readonly string[]): Promise<NextRunRow[]> {
  const { rows } = await sql<NextRunRow>`
    SELECT run.deployment_id, run.id, run.name, run.state_name, run.next_scheduled_start_time AS at
    FROM ${idRows(deploymentIds)} AS wanted JOIN flow_run AS run ON run.id = (
      SELECT id FROM flow_run WHERE deployment_id = wanted.id AND next_scheduled_start_time IS NOT NULL
      ORDER BY next_scheduled_start_time, id LIMIT 1)`.execute(db.read);
  return rows;
}

function idRows(ids: readonly string[]): RawBuilder<unknown> {
  return portable.rowsOf(JSON.stringify(ids.map((id) => ({ id }))), { id: "uuid" });
}
