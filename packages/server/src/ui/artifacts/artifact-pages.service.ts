import { formatTimestamp } from "@ostinato/core";
import { tableOf } from "@ostinato/core/artifact-content";
import type {
  ArtifactPage,
  ArtifactRow,
  BodyOf,
  listArtifacts,
  listArtifactTableRows,
  ReplyOf,
} from "@ostinato/protocol";
import { present } from "../../artifacts/artifacts.service.ts";
import { readOptionalJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound, refused } from "../../kernel/errors.ts";
import * as queries from "./artifact-pages.queries.ts";
import { cardBounds, type PreviewBounds, pageBounds, previewOf, rowBounds } from "./artifact-preview.rules.ts";
import { imageIn, type KeptImage } from "./image.rules.ts";
import { rowsWith, sortedRows } from "./table-rows.rules.ts";

const maxVersions = 200;

export async function list(
  { db }: Context,
  body: BodyOf<typeof listArtifacts>,
): Promise<ReplyOf<typeof listArtifacts>> {
  const { name, types, flow_run_id, limit, offset } = body;
  const query: queries.ArtifactListQuery = {
    name: name === null || name === "" ? undefined : name,
    types: types ?? undefined,
    flowRunId: flow_run_id?.toLowerCase(),
    limit: limit ?? 50,
    offset: offset ?? 0,
  };
  const [rows, count] = await Promise.all([queries.artifactsInList(db, query), queries.countArtifacts(db, query)]);
  const bounds = query.flowRunId === undefined ? rowBounds : cardBounds;
  return { results: rows.map((row) => presentRow(row, bounds)), count };
}

function presentRow(row: queries.ArtifactInList, bounds: PreviewBounds): ArtifactRow {
  const { id, head: _head, length: _length, ...shown } = row;
  return {
    ...shown,
    latest_id: id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    version_count: Number(row.version_count),
    preview: previewOf(row, bounds),
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
  const { data: _data, ...shown } = present({ ...artifact, data: null });
  const { data } = artifact;
  return {
    artifact: shown,
    content: previewOf({ type: artifact.type, head: data, length: data?.length ?? null }, pageBounds),
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

const usualRows = 100;

export async function tableRows(
  { db }: Context,
  id: string,
  { text, sort, limit, offset }: BodyOf<typeof listArtifactTableRows>,
): Promise<ReplyOf<typeof listArtifactTableRows>> {
  const artifact = await queries.artifactById(db, id);
  if (artifact === undefined) throw notFound("Artifact", id);
  const table = tableOf(readOptionalJson(artifact.data));
  if (table === undefined) throw notTable(id);
  const matching = rowsWith(table, text ?? "");
  const sorted = sort === null || sort === undefined ? matching : sortedRows(matching, sort);
  const from = offset ?? 0;
  return {
    columns: [...table.columns],
    rows: sorted.slice(from, from + (limit ?? usualRows)).map((row) => table.columns.map((_, at) => row[at] ?? null)),
    row_count: table.rows.length,
    match_count: matching.length,
  };
}

function notTable(id: string) {
  return refused("ARTIFACT_NOT_FOUND", `The data of artifact ${id} is not a table.`);
}

export async function image({ db }: Context, id: string): Promise<KeptImage> {
  const artifact = await queries.artifactById(db, id);
  if (artifact === undefined) throw notFound("Artifact", id);
  const address = readOptionalJson<unknown>(artifact.data);
  const kept = typeof address === "string" ? imageIn(address) : undefined;
  if (kept === undefined) throw refused("ARTIFACT_NOT_FOUND", `The data of artifact ${id} is not a picture.`);
  return kept;
}
