import type { Artifact, ArtifactCollection, ArtifactCreate, ArtifactUpdate, BodyOf, filterArtifacts, filterLatestArtifacts } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import * as queries from "./artifacts.queries.ts";
/** Creates an artifact; under a key it is the newest version. */
export declare function create({ db, clock, bus }: Context, given: ArtifactCreate): Promise<Artifact>;
export declare function read({ db }: Context, id: string): Promise<Artifact>;
export declare function readLatest({ db }: Context, key: string): Promise<Artifact>;
/** Changes what is named; what is named with null becomes null. */
export declare function update({ db, clock, bus }: Context, id: string, given: ArtifactUpdate): Promise<void>;
/** Deletes a version; when it was the newest of its key, the one before it is the newest again. */
export declare function remove({ db, clock, bus }: Context, id: string): Promise<void>;
export declare function filter({ db }: Context, body: BodyOf<typeof filterArtifacts>): Promise<Artifact[]>;
export declare function count({ db }: Context, criteria: queries.ArtifactCriteria): Promise<number>;
export declare function filterLatest({ db }: Context, body: BodyOf<typeof filterLatestArtifacts>): Promise<ArtifactCollection[]>;
export declare function countLatest({ db }: Context, criteria: queries.CollectionCriteria): Promise<number>;
export declare function present({ metadata, data, ...row }: queries.ArtifactRow): Artifact;
