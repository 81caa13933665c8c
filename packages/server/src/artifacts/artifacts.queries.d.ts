import type { Timestamp } from "@ostinato/core";
import type { ArtifactCollectionFilter, ArtifactFilter, RunCriteria } from "@ostinato/protocol";
import { type Insertable, type Selectable, type Updateable } from "kysely";
import type { Database, Reader, Sql } from "../db/dialects/dialect.ts";
import type { ArtifactTable } from "../db/tables.ts";
export type ArtifactRow = Selectable<ArtifactTable>;
type Given<T> = T | null | undefined;
export declare function insertArtifact(reader: Reader, row: Insertable<ArtifactTable>): Promise<void>;
export interface LatestOfKey {
    readonly id: string;
    readonly key: string;
    readonly latest_id: string;
    readonly now: Timestamp;
}
/** Makes an artifact the newest of its key. */
export declare function setLatest(reader: Reader, { id, key, latest_id, now }: LatestOfKey): Promise<void>;
/** The newest artifact of a key. Held until the unit of work ends, so that nobody else makes another one the newest. */
export declare function lockLatest(reader: Reader, dialect: Sql, key: string): Promise<string | undefined>;
export declare function newestOfKey(reader: Reader, key: string): Promise<string | undefined>;
export declare function deleteKey(reader: Reader, key: string): Promise<void>;
/** Tells the pages that list keys that the newest one changed. */
export declare function touchLatest(reader: Reader, { id, key, now }: {
    readonly id: string;
    readonly key: string;
    readonly now: Timestamp;
}): Promise<void>;
export declare function artifactById(reader: Reader, id: string): Promise<ArtifactRow | undefined>;
export declare function latestByKey(reader: Reader, key: string): Promise<ArtifactRow | undefined>;
export declare function updateArtifact(reader: Reader, id: string, change: Updateable<ArtifactTable>): Promise<ArtifactRow | undefined>;
export declare function deleteArtifact(reader: Reader, id: string): Promise<void>;
type Sort = "CREATED_DESC" | "UPDATED_DESC" | "ID_DESC" | "KEY_DESC" | "KEY_ASC";
interface Page {
    readonly sort: Sort;
    readonly limit: number;
    readonly offset: number;
}
export interface ArtifactCriteria extends RunCriteria {
    readonly artifacts?: Given<ArtifactFilter>;
}
export interface CollectionCriteria extends RunCriteria {
    readonly artifacts?: Given<ArtifactCollectionFilter>;
}
export declare function findArtifacts(db: Database, query: ArtifactCriteria & Page): Promise<ArtifactRow[]>;
export declare function countArtifacts(db: Database, criteria: ArtifactCriteria): Promise<number>;
export interface CollectionRow extends Omit<ArtifactRow, "key"> {
    readonly key: string;
    readonly latest_id: string;
}
export declare function findCollections(db: Database, query: CollectionCriteria & Page): Promise<CollectionRow[]>;
export declare function countCollections(db: Database, criteria: CollectionCriteria): Promise<number>;
export {};
