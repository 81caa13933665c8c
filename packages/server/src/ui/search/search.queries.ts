import type { StateType } from "@ostinato/core";
import type { searchHits } from "@ostinato/protocol";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";
import { begin } from "../runs/flow-run-list.queries.ts";

export interface HitRow {
  readonly kind: (typeof searchHits)[number];
  readonly id: string;
  readonly name: string;
  readonly detail: string | null;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
}

/** The number of newest runs that are searched first; older flow runs are searched only if these do not fill the list. */
const newestFlowRuns = 5000;
const newestTaskRuns = 10_000;

export async function byId(db: Database, id: string): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'flow' AS kind, id, name, CAST(NULL AS text) AS detail, NULL AS state_type, NULL AS state_name
      FROM flow WHERE id = ${id}
    UNION ALL SELECT 'deployment', deployment.id, deployment.name, flow.name, NULL, NULL
      FROM deployment JOIN flow ON flow.id = deployment.flow_id WHERE deployment.id = ${id}
    UNION ALL SELECT 'work-pool', id, name, type, NULL, NULL FROM work_pool WHERE id = ${id}
    UNION ALL SELECT 'work-queue', work_queue.id, work_queue.name, work_pool.name, NULL, NULL
      FROM work_queue JOIN work_pool ON work_pool.id = work_queue.work_pool_id WHERE work_queue.id = ${id}
    UNION ALL SELECT 'concurrency-limit', id, name, NULL, NULL, NULL FROM concurrency_limit WHERE id = ${id}
    UNION ALL SELECT 'flow-run', flow_run.id, flow_run.name, flow.name, flow_run.state_type, flow_run.state_name
      FROM flow_run JOIN flow ON flow.id = flow_run.flow_id WHERE flow_run.id = ${id}
    UNION ALL SELECT 'task-run', task_run.id, task_run.name, flow_run.name, task_run.state_type, task_run.state_name
      FROM task_run LEFT JOIN flow_run ON flow_run.id = task_run.flow_run_id WHERE task_run.id = ${id}
    UNION ALL SELECT 'artifact', id, coalesce(key, type, 'artifact'), type, NULL, NULL
      FROM artifact WHERE id = ${id}
    UNION ALL SELECT 'block-document', block_document.id, block_document.name, block_type.name, NULL, NULL
      FROM block_document JOIN block_type ON block_type.id = block_document.block_type_id WHERE block_document.id = ${id}
    UNION ALL SELECT 'variable', id, name, NULL, NULL, NULL FROM variable WHERE id = ${id}
    UNION ALL SELECT 'automation', id, name, NULL, NULL, NULL FROM automation WHERE id = ${id}
    UNION ALL SELECT 'webhook', id, name, NULL, NULL, NULL FROM event_webhook WHERE id = ${id}
    UNION ALL SELECT 'event', id, event, NULL, NULL, NULL FROM event WHERE id = ${id}`.execute(db.read);
  return rows;
}

export async function flows(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'flow' AS kind, id, name, CAST(NULL AS text) AS detail, NULL AS state_type, NULL AS state_name
    FROM flow WHERE ${portable.contains("flow.name", text)} ORDER BY length(name), name LIMIT ${limit}`.execute(
    db.slow,
  );
  return rows;
}

/** By their own names first, then by those of their flows. */
export async function deployments(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const named = portable.contains("deployment.name", text);
  const { rows } = await sql<HitRow>`
    SELECT 'deployment' AS kind, deployment.id, deployment.name, flow.name AS detail, NULL AS state_type, NULL AS state_name
    FROM deployment JOIN flow ON flow.id = deployment.flow_id
    WHERE ${named} OR ${portable.contains("flow.name", text)}
    ORDER BY CASE WHEN ${named} THEN 0 ELSE 1 END, length(deployment.name), deployment.name, flow.name
    LIMIT ${limit}`.execute(db.slow);
  return rows;
}

export async function workPools(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'work-pool' AS kind, id, name, type AS detail, NULL AS state_type, NULL AS state_name
    FROM work_pool WHERE ${portable.contains("work_pool.name", text)} ORDER BY length(name), name LIMIT ${limit}`.execute(
    db.read,
  );
  return rows;
}

/** Those that people have made: keys of flows and tasks come and go, and deployments show their own. */
export async function concurrencyLimits(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'concurrency-limit' AS kind, id, name, NULL AS detail, NULL AS state_type, NULL AS state_name
    FROM concurrency_limit WHERE keyed = 0 AND substr(name, 1, 11) <> 'deployment:'
      AND ${portable.contains("concurrency_limit.name", text)} ORDER BY length(name), name LIMIT ${limit}`.execute(
    db.read,
  );
  return rows;
}

/** Queues with the names of their pools, of which several may have a queue of one name. */
export async function workQueues(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'work-queue' AS kind, work_queue.id, work_queue.name, work_pool.name AS detail,
      NULL AS state_type, NULL AS state_name
    FROM work_queue JOIN work_pool ON work_pool.id = work_queue.work_pool_id
    WHERE ${portable.contains("work_queue.name", text)}
    ORDER BY length(work_queue.name), work_queue.name, work_pool.name LIMIT ${limit}`.execute(db.read);
  return rows;
}

export async function artifacts(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'artifact' AS kind, artifact.id, artifact_collection.key AS name, artifact.type AS detail,
      NULL AS state_type, NULL AS state_name
    FROM artifact_collection JOIN artifact ON artifact.id = artifact_collection.latest_id
    WHERE ${portable.contains("artifact_collection.key", text)}
    ORDER BY length(artifact_collection.key), artifact_collection.key LIMIT ${limit}`.execute(db.slow);
  return rows;
}

/** By their own names first, then by those of their types. */
export async function blocks(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const named = portable.contains("block_document.name", text);
  const { rows } = await sql<HitRow>`
    SELECT 'block-document' AS kind, block_document.id, block_document.name, block_type.name AS detail,
      NULL AS state_type, NULL AS state_name
    FROM block_document JOIN block_type ON block_type.id = block_document.block_type_id
    WHERE block_document.is_anonymous = 0 AND (${named} OR ${portable.contains("block_type.name", text)})
    ORDER BY CASE WHEN ${named} THEN 0 ELSE 1 END, length(block_document.name), block_document.name, block_type.name
    LIMIT ${limit}`.execute(db.read);
  return rows;
}

export function variables(db: Database, text: string, limit: number): Promise<HitRow[]> {
  return hitsNamed(db, { kind: "variable", table: "variable" }, { text, limit });
}

export function automations(db: Database, text: string, limit: number): Promise<HitRow[]> {
  return hitsNamed(db, { kind: "automation", table: "automation" }, { text, limit });
}

export function webhooks(db: Database, text: string, limit: number): Promise<HitRow[]> {
  return hitsNamed(db, { kind: "webhook", table: "event_webhook" }, { text, limit });
}

/** Rows of a table whose name is all that is said of them. */
async function hitsNamed(
  db: Database,
  { kind, table }: { readonly kind: HitRow["kind"]; readonly table: "automation" | "event_webhook" | "variable" },
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<HitRow[]> {
  const rows = await db.read
    .selectFrom(table)
    .select(["id", "name"])
    .where(portable.contains(`${table}.name`, text))
    .orderBy(sql`length(name)`)
    .orderBy("name")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, kind, detail: null, state_type: null, state_name: null }));
}

/** By their keys, and by what people call them. */
export async function assets(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'asset' AS kind, id, key AS name, name AS detail, NULL AS state_type, NULL AS state_name
    FROM asset WHERE ${portable.contains("asset.key", text)} OR ${portable.contains("asset.name", text)}
    ORDER BY length(key), key LIMIT ${limit}`.execute(db.slow);
  return rows;
}

/** Newest first among the newest; among all of them, as the index of names has them. */
export async function flowRuns(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const named = portable.contains("flow_run.name", text);
  const newest = await hitsAmong(
    db,
    sql`(SELECT * FROM flow_run ORDER BY ${begin} DESC, id DESC LIMIT ${newestFlowRuns}) AS flow_run
      JOIN flow ON flow.id = flow_run.flow_id WHERE ${named} ORDER BY ${begin} DESC LIMIT ${limit}`,
  );
  if (newest.length === limit) return newest;
  return hitsAmong(
    db,
    sql`(SELECT id AS found_id FROM flow_run WHERE ${named} LIMIT ${limit}) AS found
      JOIN flow_run ON flow_run.id = found.found_id JOIN flow ON flow.id = flow_run.flow_id ORDER BY ${begin} DESC`,
  );
}

async function hitsAmong(db: Database, from: ReturnType<typeof sql>): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'flow-run' AS kind, flow_run.id, flow_run.name, flow.name AS detail, flow_run.state_type, flow_run.state_name
    FROM ${from}`.execute(db.slow);
  return rows;
}

export async function taskRuns(db: Database, text: string, limit: number): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    SELECT 'task-run' AS kind, task_run.id, task_run.name, flow_run.name AS detail, task_run.state_type, task_run.state_name
    FROM (SELECT id, name, flow_run_id, state_type, state_name, expected_start_time FROM task_run
      ORDER BY id DESC LIMIT ${newestTaskRuns}) AS task_run
    LEFT JOIN flow_run ON flow_run.id = task_run.flow_run_id
    WHERE ${portable.contains("task_run.name", text)}
    ORDER BY task_run.id DESC LIMIT ${limit}`.execute(db.slow);
  return rows;
}
