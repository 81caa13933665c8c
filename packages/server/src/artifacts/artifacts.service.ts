import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type {
  Artifact,
  ArtifactCollection,
  ArtifactCreate,
  ArtifactUpdate,
  BodyOf,
  filterArtifacts,
  filterLatestArtifacts,
} from "@ostinato/protocol";
import type { Context } from "../context.ts";
import { readOptionalJson, storable, storableOrNull, writeOptionalJson } from "../db/json-text.ts";
import { invalid, refused } from "../errors.ts";
import { checkAnswerSize, readLimit } from "../paging.ts";
import * as queries from "./artifacts.queries.ts";

/** Keys stand in an index, whose entries PostgreSQL bounds in bytes. */
const longestKeyBytes = 2000;

export interface Created {
  readonly artifact: Artifact;
  /** False where the client has sent it before. */
  readonly made: boolean;
}

/** Creates an artifact; under a key it is the newest version. */
export async function create(context: Context, given: ArtifactCreate): Promise<Created> {
  const { db, clock, bus } = context;
  const key = given.key === null || given.key === undefined ? null : checkedKey(given.key);
  const now = clock.now();
  const row = {
    id: given.id?.toLowerCase() ?? timeOrderedId(now),
    created: now,
    updated: now,
    key,
    type: storableOrNull(given.type),
    description: storableOrNull(given.description),
    data: writeOptionalJson(given.data),
    metadata: writeOptionalJson(given.metadata_),
    flow_run_id: given.flow_run_id?.toLowerCase() ?? null,
    task_run_id: given.task_run_id?.toLowerCase() ?? null,
  };
  const collection = timeOrderedId(now);
  const made = await db.write(async (tx) => {
    const inserted = await queries.insertArtifact(tx, row);
    if (inserted && key !== null) await queries.setLatest(tx, { id: collection, key, latest_id: row.id, now });
    return inserted;
  });
  if (!made) return { artifact: await read(context, row.id), made };
  const artifact = present(row);
  bus.publish({ kind: "artifact", row: artifact });
  return { artifact, made };
}

export async function read({ db }: Context, id: string): Promise<Artifact> {
  const row = await queries.artifactById(db.read, id);
  if (row === undefined) throw absentArtifact();
  return present(row);
}

/** The artifacts with these ids, in no order; ids that are gone are left out. */
export async function readMany({ db }: Context, ids: readonly string[]): Promise<readonly Artifact[]> {
  return (await queries.artifactsById(db.read, ids)).map(present);
}

export async function readLatest({ db }: Context, key: string): Promise<Artifact> {
  const row = await queries.latestByKey(db.read, storable(key));
  if (row === undefined) throw absentArtifact();
  return present(row);
}

/** Changes what is named; what is named with null becomes null. */
export async function update({ db, clock, bus }: Context, id: string, given: ArtifactUpdate): Promise<void> {
  const now = clock.now();
  const change = {
    updated: now,
    ...("data" in given ? { data: writeOptionalJson(given.data) } : {}),
    ...("description" in given ? { description: storableOrNull(given.description) } : {}),
    ...("metadata_" in given ? { metadata: writeOptionalJson(given.metadata_) } : {}),
  };
  const row = await db.write(async (tx) => {
    const changed = await queries.updateArtifact(tx, id, change);
    if (changed?.key) await queries.touchLatest(tx, { id, key: changed.key, now });
    return changed;
  });
  if (row === undefined) throw absentArtifact();
  if (bus.watched) bus.publish({ kind: "artifact", row: present(row) });
}

/** Deletes a version; when it was the newest of its key, the one before it is the newest again. */
export async function remove({ db, clock, bus }: Context, id: string): Promise<void> {
  const now = clock.now();
  const collection = timeOrderedId(now);
  const found = await db.write(async (tx) => {
    const row = await queries.artifactById(tx, id);
    if (row === undefined) return false;
    const latest = row.key === null ? undefined : await queries.lockLatest(tx, db.sql, row.key);
    await queries.deleteArtifact(tx, id);
    if (row.key === null || latest !== id) return true;
    const newest = await queries.newestOfKey(tx, row.key);
    if (newest === undefined) await queries.deleteKey(tx, row.key);
    else await queries.setLatest(tx, { id: collection, key: row.key, latest_id: newest, now });
    return true;
  });
  if (!found) throw absentArtifact();
  bus.publish({ kind: "deleted", of: "artifact", id });
}

export async function filter({ db }: Context, body: BodyOf<typeof filterArtifacts>): Promise<Artifact[]> {
  const query = { ...body, ...pageOf(body) };
  checkAnswerSize(await queries.sizesOfArtifacts(db, query));
  return (await queries.findArtifacts(db, query)).map(present);
}

export function count({ db }: Context, criteria: queries.ArtifactCriteria): Promise<number> {
  return queries.countArtifacts(db, criteria);
}

export async function filterLatest(
  { db }: Context,
  body: BodyOf<typeof filterLatestArtifacts>,
): Promise<ArtifactCollection[]> {
  const query = { ...body, ...pageOf(body) };
  checkAnswerSize(await queries.sizesOfCollections(db, query));
  return (await queries.findCollections(db, query)).map(({ latest_id, key, ...row }) => ({
    ...present({ ...row, key }),
    key,
    latest_id,
  }));
}

export function countLatest({ db }: Context, criteria: queries.CollectionCriteria): Promise<number> {
  return queries.countCollections(db, criteria);
}

function pageOf({ sort, limit, offset }: Pick<BodyOf<typeof filterArtifacts>, "sort" | "limit" | "offset">) {
  return { sort: sort ?? "ID_DESC", limit: readLimit(limit), offset: offset ?? 0 } as const;
}

function checkedKey(key: string): string {
  const text = storable(key);
  if (Buffer.byteLength(text) <= longestKeyBytes) return text;
  const msg = `The key takes more than ${longestKeyBytes} bytes`;
  throw invalid([{ type: "string_too_long", loc: ["body", "key"], msg, input: key }]);
}

/** The one noun that Prefect says with a full stop. */
function absentArtifact() {
  return refused(404, "Artifact not found.");
}

export function present({ metadata, data, ...row }: queries.ArtifactRow): Artifact {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    key: row.key,
    type: row.type,
    description: row.description,
    data: readOptionalJson(data),
    metadata_: readOptionalJson(metadata),
    flow_run_id: row.flow_run_id,
    task_run_id: row.task_run_id,
  };
}
