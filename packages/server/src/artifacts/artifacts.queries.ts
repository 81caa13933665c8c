import type { Timestamp } from "@ostinato/core";
import type { ArtifactCollectionFilter, ArtifactFilter } from "@ostinato/protocol";
import { type Insertable, type Selectable, sql, type Updateable } from "kysely";
import { artifactCondition, collectionCondition } from "../criteria/artifacts.queries.ts";
import { type Condition, everything, join, type Optional, untilUnwanted } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { type CriteriaOn, related } from "../criteria/related.queries.ts";
import type { Database, Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

export type ArtifactRow = Selectable<Tables["artifact"]>;

/** Gives false, and changes nothing, where there is one with this id. */
export async function insertArtifact(reader: Reader, row: Insertable<Tables["artifact"]>): Promise<boolean> {
  const inserted = await reader
    .insertInto("artifact")
    .values(row)
    .onConflict((conflict) => conflict.column("id").doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

export interface LatestOfKey {
  readonly id: string;
  readonly key: string;
  readonly latest_id: string;
  readonly now: Timestamp;
}

/** Makes an artifact the newest of its key, and gives the id of the key's collection: the one given where it is new. */
export async function setLatest(reader: Reader, { id, key, latest_id, now }: LatestOfKey): Promise<string> {
  const collection = await reader
    .insertInto("artifact_collection")
    .values({ id, created: now, updated: now, key, latest_id })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ latest_id, updated: now }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return collection.id;
}

/** The collection of a key. Held until the unit of work ends, so that nobody else makes another artifact the newest. */
export async function lockLatest(
  reader: Reader,
  key: string,
): Promise<{ readonly id: string; readonly latest_id: string } | undefined> {
  const { rows } = await sql<{ id: string; latest_id: string }>`SELECT id, latest_id FROM artifact_collection
    WHERE key = ${key} ${portable.rowLock("artifact_collection")}`.execute(reader);
  return rows[0];
}

export function newestOfKey(reader: Reader, key: string): Promise<ArtifactRow | undefined> {
  return reader
    .selectFrom("artifact")
    .selectAll()
    .where("key", "=", key)
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

export async function deleteKey(reader: Reader, key: string): Promise<void> {
  await reader.deleteFrom("artifact_collection").where("key", "=", key).execute();
}

/** Tells the pages that list keys that the newest one changed. */
export async function touchLatest(
  reader: Reader,
  { id, key, now }: { readonly id: string; readonly key: string; readonly now: Timestamp },
): Promise<void> {
  await reader
    .updateTable("artifact_collection")
    .set({ updated: now })
    .where("key", "=", key)
    .where("latest_id", "=", id)
    .execute();
}

export function artifactById(reader: Reader, id: string): Promise<ArtifactRow | undefined> {
  return reader.selectFrom("artifact").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function artifactsById(reader: Reader, ids: readonly string[]): Promise<ArtifactRow[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("artifact").selectAll().where("id", "in", ids).execute();
}

export function latestByKey(reader: Reader, key: string): Promise<ArtifactRow | undefined> {
  return reader
    .selectFrom("artifact_collection")
    .innerJoin("artifact", "artifact.id", "artifact_collection.latest_id")
    .selectAll("artifact")
    .where("artifact_collection.key", "=", key)
    .executeTakeFirst();
}

export function updateArtifact(
  reader: Reader,
  id: string,
  change: Updateable<Tables["artifact"]>,
): Promise<ArtifactRow | undefined> {
  return reader.updateTable("artifact").set(change).where("id", "=", id).returningAll().executeTakeFirst();
}

export async function deleteArtifact(reader: Reader, id: string): Promise<void> {
  await reader.deleteFrom("artifact").where("id", "=", id).execute();
}

type Sort = "CREATED_DESC" | "UPDATED_DESC" | "ID_DESC" | "KEY_DESC" | "KEY_ASC";

interface Page {
  readonly sort: Sort;
  readonly limit: number;
  readonly offset: number;
}

export interface ArtifactCriteria extends CriteriaOn<"artifact"> {
  readonly artifacts?: Optional<ArtifactFilter>;
}

export interface CollectionCriteria extends CriteriaOn<"artifact"> {
  readonly artifacts?: Optional<ArtifactCollectionFilter>;
}

const order = {
  CREATED_DESC: sql`artifact.created DESC, artifact.id DESC`,
  UPDATED_DESC: sql`artifact.updated DESC, artifact.id DESC`,
  ID_DESC: sql`artifact.id DESC`,
  KEY_DESC: sql`artifact.key IS NULL, artifact.key DESC, artifact.id DESC`,
  KEY_ASC: sql`artifact.key IS NULL, artifact.key ASC, artifact.id ASC`,
};

const bytesOfData = sql<number>`coalesce(octet_length(artifact.data), 0)`.as("bytes");

function pageOfArtifacts(db: Database, query: ArtifactCriteria & Page) {
  return db.read
    .selectFrom("artifact")
    .where(artifactsMatching(query) ?? everything)
    .orderBy(order[query.sort])
    .limit(query.limit)
    .offset(query.offset);
}

export function findArtifacts(db: Database, query: ArtifactCriteria & Page): Promise<ArtifactRow[]> {
  return pageOfArtifacts(db, query).selectAll().execute();
}

/** The size of the data of the matching artifacts, computed without reading it. */
export async function sizesOfArtifacts(db: Database, query: ArtifactCriteria & Page): Promise<number[]> {
  return (await pageOfArtifacts(db, query).select(bytesOfData).execute()).map(({ bytes }) => bytes);
}

export function countArtifacts(db: Database, criteria: ArtifactCriteria): Promise<number> {
  return countMatching(db.slow, "artifact", artifactsMatching(criteria));
}

export interface CollectionRow extends Omit<ArtifactRow, "key"> {
  readonly key: string;
  readonly latest_id: string;
}

const collectionOrder = {
  CREATED_DESC: sql`artifact_collection.created DESC, artifact_collection.id DESC`,
  UPDATED_DESC: sql`artifact_collection.updated DESC, artifact_collection.id DESC`,
  ID_DESC: sql`artifact_collection.id DESC`,
  KEY_DESC: sql`artifact_collection.key DESC`,
  KEY_ASC: sql`artifact_collection.key ASC`,
};

function pageOfCollections(db: Database, query: CollectionCriteria & Page) {
  return collections(db.read)
    .where(collectionsMatching(query) ?? everything)
    .orderBy(collectionOrder[query.sort])
    .limit(query.limit)
    .offset(query.offset);
}

export function findCollections(db: Database, query: CollectionCriteria & Page): Promise<CollectionRow[]> {
  return pageOfCollections(db, query)
    .selectAll("artifact")
    .select(["artifact_collection.id", "artifact_collection.created", "artifact_collection.updated"])
    .select(["artifact_collection.key", "artifact_collection.latest_id"])
    .execute();
}

export async function sizesOfCollections(db: Database, query: CollectionCriteria & Page): Promise<number[]> {
  return (await pageOfCollections(db, query).select(bytesOfData).execute()).map(({ bytes }) => bytes);
}

export async function countCollections(db: Database, criteria: CollectionCriteria): Promise<number> {
  const { count } = await collections(db.slow)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where(collectionsMatching(criteria) ?? everything)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function collections(reader: Reader) {
  return reader.selectFrom("artifact_collection").innerJoin("artifact", "artifact.id", "artifact_collection.latest_id");
}

function artifactsMatching(criteria: ArtifactCriteria): Condition | undefined {
  return narrowed(criteria, artifactCondition(criteria.artifacts));
}

function collectionsMatching(criteria: CollectionCriteria): Condition | undefined {
  return narrowed(criteria, collectionCondition(criteria.artifacts));
}

function narrowed(criteria: CriteriaOn<"artifact">, own: Condition | undefined): Condition | undefined {
  return untilUnwanted("artifact", join([own, related("artifact", criteria)], "and_"));
}
