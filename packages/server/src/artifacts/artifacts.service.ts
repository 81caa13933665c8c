import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type {
  Artifact,
  ArtifactCollection,
  ArtifactCreate,
  ArtifactUpdate,
  BodyOf,
  filterArtifacts,
  filterLatestArtifacts,
  LiveArtifact,
} from "@ostinato/protocol";
import { readOptionalJson, storable, storableOrNull, writeOptionalJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { invalid, refused } from "../kernel/errors.ts";
import { checkAnswerSize, readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import type { RunState } from "../orchestration/state.ts";
import * as queries from "./artifacts.queries.ts";
import { collectionEvent } from "./collection-event.ts";
import { insertResultArtifact, type Maker } from "./result-artifact.queries.ts";

/** Keys stand in an index, whose entries PostgreSQL bounds in bytes. */
const maxKeyBytes = 2000;

export interface Created {
  readonly artifact: Artifact;
  /** False where the client has sent it before. */
  readonly made: boolean;
}

/** Creates an artifact; under a key it is the newest version. */
export async function create(context: Context, given: ArtifactCreate): Promise<Created> {
  const { clock } = context;
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
  const made = await unit(context, async (unit) => {
    const made = await queries.insertArtifact(unit.tx, row);
    if (made) unit.changed("artifact", [row], presentLive);
    if (made && key !== null) await renew(unit, { key, latest: row, occurred: now });
    return made;
  });
  return { artifact: made ? present(row) : await read(context, row.id), made };
}

/** Keeps the result in a state as an artifact, as Prefect's server does. */
export function keepResult(unit: Unit, state: RunState, maker: Maker): Promise<void> {
  return insertResultArtifact(unit.later, { state, maker });
}

export async function read({ db }: Context, id: string): Promise<Artifact> {
  const row = await queries.artifactById(db.read, id);
  if (row === undefined) throw absentArtifact();
  return present(row);
}

/** The artifacts with these ids as pages hear of them, in no order; ids that are gone are left out. */
export async function readMany({ db }: Context, ids: readonly string[]): Promise<readonly LiveArtifact[]> {
  return (await queries.artifactsById(db.read, ids)).map(presentLive);
}

function presentLive(row: queries.ArtifactRow): LiveArtifact {
  const { data: _data, ...facts } = present({ ...row, data: null });
  return facts;
}

export async function readLatest({ db }: Context, key: string): Promise<Artifact> {
  const row = await queries.latestByKey(db.read, storable(key));
  if (row === undefined) throw absentArtifact();
  return present(row);
}

/** Changes only the given fields; null clears a field. */
export async function update(context: Context, id: string, given: ArtifactUpdate): Promise<void> {
  const now = context.clock.now();
  const change = {
    updated: now,
    ...("data" in given ? { data: writeOptionalJson(given.data) } : {}),
    ...("description" in given ? { description: storableOrNull(given.description) } : {}),
    ...("metadata_" in given ? { metadata: writeOptionalJson(given.metadata_) } : {}),
  };
  await unit(context, async ({ tx, changed }) => {
    const row = await queries.updateArtifact(tx, id, change);
    if (row === undefined) throw absentArtifact();
    if (row.key) await queries.touchLatest(tx, { id, key: row.key, now });
    changed("artifact", [row], presentLive);
  });
}

interface Renewal {
  readonly key: string;
  readonly latest: queries.ArtifactRow;
  readonly occurred: Timestamp;
}

/** Makes the artifact the newest of its key, and keeps the event of it. */
async function renew(unit: Unit, { key, latest, occurred }: Renewal): Promise<void> {
  const fresh = timeOrderedId(occurred);
  const id = await queries.setLatest(unit.tx, { id: fresh, key, latest_id: latest.id, now: occurred });
  const action = id === fresh ? "created" : "updated";
  await events.recordNew(unit, [collectionEvent({ action, id, key, ...latestIn(latest), occurred })]);
}

/** Deletes a version; when it was the newest of its key, the one before it is the newest again. */
export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, (unit) => removeIn(unit, id));
}

async function removeIn(unit: Unit, id: string): Promise<void> {
  const { tx } = unit;
  const row = await queries.artifactById(tx, id);
  if (row === undefined) throw absentArtifact();
  const { key } = row;
  const collection = key === null ? undefined : await queries.lockLatest(tx, key);
  await queries.deleteArtifact(tx, id);
  unit.deleted("artifact", [id]);
  if (key === null || collection?.latest_id !== id) return;
  const occurred = unit.context.clock.now();
  const latest = await queries.newestOfKey(tx, key);
  if (latest !== undefined) return renew(unit, { key, latest, occurred });
  await queries.deleteKey(tx, key);
  const { id: collectionId } = collection;
  const end = collectionEvent({ action: "deleted", id: collectionId, key, ...latestIn(row), occurred });
  await events.recordNew(unit, [end]);
}

function latestIn(row: queries.ArtifactRow) {
  return { latest: present(row), dataCharacters: row.data?.length ?? 0 };
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
  if (Buffer.byteLength(text) <= maxKeyBytes) return text;
  const msg = `The key takes more than ${maxKeyBytes} bytes`;
  throw invalid([{ type: "string_too_long", loc: ["body", "key"], msg, input: key }]);
}

/** Prefect's sentence for artifacts ends with a full stop, unlike those for other nouns. */
function absentArtifact() {
  return refused("ARTIFACT_NOT_FOUND", "Artifact not found.");
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
