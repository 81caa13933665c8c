import type { StateType, Timestamp } from "@ostinato/core";
import { type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { anyOf, join } from "../../criteria/conditions.queries.ts";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";
import type { Tables } from "../../db/tables.ts";

export type ArtifactRow = Selectable<Tables["artifact"]>;

/** The characters of an artifact's data that a preview needs; shorter data is read whole. */
const previewedCharacters = 16_384;

export interface ArtifactListQuery {
  readonly name: string | undefined;
  readonly types: readonly string[] | undefined;
  /** All artifacts of this run, instead of the newest of each key. */
  readonly flowRunId: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface ArtifactInList {
  readonly key: string | null;
  readonly id: string;
  readonly type: string | null;
  readonly description: string | null;
  readonly created: Timestamp;
  readonly updated: Timestamp;
  readonly version_count: number;
  readonly flow_run_id: string | null;
  readonly flow_run_name: string | null;
  readonly flow_id: string | null;
  readonly flow_name: string | null;
  readonly task_run_id: string | null;
  readonly task_run_name: string | null;
  readonly head: string | null;
  readonly length: number | null;
}

export async function artifactsInList(db: Database, query: ArtifactListQuery): Promise<ArtifactInList[]> {
  const { rows } = await sql<ArtifactInList>`
    SELECT artifact.key, artifact.id, artifact.type, artifact.description, artifact.created, artifact.updated,
      CASE WHEN artifact.key IS NULL THEN 1
        ELSE (SELECT count(*) FROM artifact AS version WHERE version.key = artifact.key) END AS version_count,
      artifact.flow_run_id, flow_run.name AS flow_run_name, flow.id AS flow_id, flow.name AS flow_name,
      artifact.task_run_id, task_run.name AS task_run_name,
      substr(artifact.data, 1, ${previewedCharacters}) AS head, length(artifact.data) AS length
    FROM (SELECT id AS found_id, created AS found_created FROM (${listed(query)}) AS listed
      ORDER BY created DESC, id DESC LIMIT ${query.limit} OFFSET ${query.offset}) AS found
    JOIN artifact ON artifact.id = found.found_id
    LEFT JOIN flow_run ON flow_run.id = artifact.flow_run_id
    LEFT JOIN flow ON flow.id = flow_run.flow_id
    LEFT JOIN task_run ON task_run.id = artifact.task_run_id
    ORDER BY found.found_created DESC, found.found_id DESC`.execute(db.slow);
  return rows;
}

export async function countArtifacts(db: Database, query: ArtifactListQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${listed(query)}) AS listed`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

/** The newest of each key, and those without a key: but not the results of states, which are kept as artifacts too. */
function listed({ name, types, flowRunId }: ArtifactListQuery): RawBuilder<unknown> {
  const typed = anyOf("artifact.type", types);
  if (flowRunId !== undefined) {
    const named = name === undefined ? undefined : portable.contains("artifact.key", name);
    const ofRun = sql<SqlBool>`artifact.flow_run_id = ${flowRunId} AND coalesce(artifact.type, '') <> 'result'`;
    return sql`SELECT artifact.id, artifact.created FROM artifact WHERE ${join([ofRun, typed, named], "and_")}`;
  }
  const keyed = join(
    [sql<SqlBool>`1 = 1`, typed, name === undefined ? undefined : portable.contains("artifact_collection.key", name)],
    "and_",
  );
  const latest = sql`SELECT artifact.id, artifact.created FROM artifact_collection
    JOIN artifact ON artifact.id = artifact_collection.latest_id WHERE ${keyed}`;
  if (name !== undefined) return latest;
  return sql`${latest} UNION ALL SELECT artifact.id, artifact.created FROM artifact
    WHERE artifact.key IS NULL AND coalesce(artifact.type, '') <> 'result' AND ${typed ?? sql`1 = 1`}`;
}

export function artifactById(db: Database, id: string): Promise<ArtifactRow | undefined> {
  return db.read.selectFrom("artifact").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function latestId(db: Database, key: string): Promise<string | undefined> {
  const row = await db.read
    .selectFrom("artifact_collection")
    .select("latest_id")
    .where("key", "=", key)
    .executeTakeFirst();
  return row?.latest_id;
}

export interface ArtifactOrigin {
  readonly id: string;
  readonly name: string;
  readonly flow_id: string;
  readonly flow_name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
}

export async function flowRunOf(db: Database, flowRunId: string): Promise<ArtifactOrigin | undefined> {
  const { rows } = await sql<ArtifactOrigin>`
    SELECT flow_run.id, flow_run.name, flow.id AS flow_id, flow.name AS flow_name, flow_run.state_type,
      flow_run.state_name
    FROM flow_run JOIN flow ON flow.id = flow_run.flow_id WHERE flow_run.id = ${flowRunId}`.execute(db.read);
  return rows[0];
}

export function taskRunOf(db: Database, taskRunId: string) {
  return db.read.selectFrom("task_run").select(["id", "name"]).where("id", "=", taskRunId).executeTakeFirst();
}

export interface VersionRow {
  readonly id: string;
  readonly created: Timestamp;
  readonly type: string | null;
  readonly flow_run_id: string | null;
  readonly flow_run_name: string | null;
}

export async function versionsOf(db: Database, key: string, limit: number): Promise<VersionRow[]> {
  const { rows } = await sql<VersionRow>`
    SELECT artifact.id, artifact.created, artifact.type, artifact.flow_run_id, flow_run.name AS flow_run_name
    FROM artifact LEFT JOIN flow_run ON flow_run.id = artifact.flow_run_id
    WHERE artifact.key = ${key} ORDER BY artifact.created DESC, artifact.id DESC LIMIT ${limit}`.execute(db.read);
  return rows;
}

/** The artifacts of a run, except the results of states: up to a limit, oldest first. */
export async function artifactsOfTaskRun(db: Database, taskRunId: string, limit: number): Promise<ArtifactRow[]> {
  const { rows } = await sql<ArtifactRow>`
    SELECT * FROM artifact WHERE task_run_id = ${taskRunId} AND coalesce(type, '') <> 'result'
    ORDER BY created, id LIMIT ${limit}`.execute(db.read);
  return rows;
}
