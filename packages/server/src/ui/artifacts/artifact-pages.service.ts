import { formatTimestamp } from "@ostinato/core";
import type { ArtifactPage, ArtifactRow, BodyOf, listArtifacts, ReplyOf } from "@ostinato/protocol";
import { present } from "../../artifacts/artifacts.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound, refused } from "../../kernel/errors.ts";
import * as queries from "./artifact-pages.queries.ts";
import { previewOf } from "./artifact-preview.rules.ts";

const maxVersions = 200;

export async function list(
  { db }: Context,
  body: BodyOf<typeof listArtifacts>,
): Promise<ReplyOf<typeof listArtifacts>> {
  const { name, types, limit, offset } = body;
  const query: queries.ArtifactListQuery = {
    name: name === null || name === "" ? undefined : name,
    types: types ?? undefined,
    limit: limit ?? 50,
    offset: offset ?? 0,
  };
  const [rows, count] = await Promise.all([queries.artifactsInList(db, query), queries.countArtifacts(db, query)]);
  return { results: rows.map(presentRow), count };
}

function presentRow(row: queries.ArtifactInList): ArtifactRow {
  const { id, head: _head, length: _length, ...shown } = row;
  return {
    ...shown,
    latest_id: id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    version_count: Number(row.version_count),
    preview: previewOf(row),
  };
}

export async function pageById({ db }: Context, id: string): Promise<ArtifactPage> {
  const artifact = await queries.artifactById(db, id);
  if (artifact === undefined) throw notFound("Artifact", id);
  const { flow_run_id, task_run_id, key } = artifact;
  const [flowRun, taskRun, versions] = await Promise.all([
    flow_run_id === null ? undefined : queries.flowRunOf(db, flow_run_id),
    task_run_id === null ? undefined : queries.taskRunOf(db, task_run_id),
    key === null
      ? [artifact].map((only) => ({ ...only, flow_run_name: null }))
      : queries.versionsOf(db, key, maxVersions),
  ]);
  return {
    artifact: present(artifact),
    flow_run: flowRun ?? null,
    task_run: taskRun ?? null,
    versions: versions.map(({ id, created, type, flow_run_id, flow_run_name }) => ({
      id,
      created: formatTimestamp(created),
      type,
      flow_run_id,
      flow_run_name: flow_run_name ?? flowRun?.name ?? null,
    })),
  };
}

export async function pageByKey(context: Context, key: string): Promise<ArtifactPage> {
  const id = await queries.latestId(context.db, key);
  if (id === undefined) throw refused("ARTIFACT_NOT_FOUND", `Artifact with key ${key} not found.`);
  return pageById(context, id);
}
