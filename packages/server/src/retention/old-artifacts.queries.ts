import { type SqlBool, sql } from "kysely";
import type { Database, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { hasNotEnded } from "../db/state-sql.ts";
import type { Cutoffs } from "./retention.rules.ts";
import { among, deleteAmong, idsOf, later, type Place } from "./sweep.queries.ts";

const isOnlyVersion = sql<SqlBool>`NOT EXISTS (SELECT 1 FROM artifact AS other
  WHERE other.key = artifact.key AND other.id <> artifact.id)`;

/** Unchanged for its retention time. The newest of a key has a time of its own, and is the last of its key to go. */
export function isOldArtifact({ artifacts, latest_artifacts }: Cutoffs) {
  const isLatest = sql`EXISTS (SELECT 1 FROM artifact_collection AS collection
    WHERE collection.key = artifact.key AND collection.latest_id = artifact.id)`;
  const mayGo =
    latest_artifacts === null
      ? sql`NOT ${isLatest}`
      : sql`(NOT ${isLatest} OR (artifact.updated < ${latest_artifacts} AND ${isOnlyVersion}))`;
  return sql<SqlBool>`(artifact.updated < ${artifacts} AND ${mayGo}
    AND NOT EXISTS (SELECT 1 FROM flow_run AS run WHERE run.id = artifact.flow_run_id
      AND ${hasNotEnded("run.state_type")}))`;
}

interface Search {
  readonly cutoffs: Cutoffs;
  readonly after: Place | undefined;
  readonly limit: number;
}

/** Artifacts that are too old, but for those of unfinished runs. */
export async function oldArtifacts(db: Database, { cutoffs, after, limit }: Search): Promise<readonly Place[]> {
  const { rows } = await sql<Place>`SELECT id, created AS at FROM artifact
    WHERE created < ${cutoffs.artifacts} AND ${later("created", "id", after)} AND ${isOldArtifact(cutoffs)}
    ORDER BY created, id LIMIT ${limit}`.execute(db.slow);
  return rows;
}

/**
 * Deletes those that still may go, and gives their ids. Their keys are held first: so none becomes the newest while it is
 * deleted, nor is deleted while it becomes the newest.
 */
export async function deleteArtifacts(
  tx: Writer,
  { ids, cutoffs }: { readonly ids: readonly string[]; readonly cutoffs: Cutoffs },
): Promise<readonly string[]> {
  await sql`SELECT id FROM artifact_collection WHERE key IN
    (SELECT key FROM artifact WHERE ${among("id", ids)})
    ORDER BY key ${portable.rowLock("artifact_collection")}`.execute(tx);
  const { rows } = await sql<{ id: string }>`SELECT id FROM artifact
    WHERE ${among("id", ids)} AND ${isOldArtifact(cutoffs)}`.execute(tx);
  const going = idsOf(rows);
  await sql`DELETE FROM artifact_collection WHERE key IN (SELECT key FROM artifact WHERE ${among("id", going)})
    AND ${among("latest_id", going)}`.execute(tx);
  await deleteAmong(tx, { table: "artifact", ids: going });
  return going;
}
