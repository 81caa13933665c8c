import type { Timestamp } from "@ostinato/core";
import type { Database, Sql, Writer } from "../db/dialects/dialect.ts";
import type { Heartbeat } from "./heartbeats.rules.ts";
/**
 * Keeps the latest sign of life of each run. A client that sends one less often than it is taken to is taken at the gap that
 * it keeps.
 */
export declare function keepHeartbeats(tx: Writer, dialect: Sql, heartbeats: readonly Heartbeat[]): Promise<void>;
export interface LostRun {
    readonly id: string;
    readonly occurred: Timestamp;
}
/** Runs that say they run, and whose sign of life has been missing for several of its intervals. */
export declare function runsWithoutHeartbeat(db: Database, { now, missedIntervals, limit, }: {
    readonly now: Timestamp;
    readonly missedIntervals: number;
    readonly limit: number;
}): Promise<readonly LostRun[]>;
/** Ended runs need no watching. */
export declare function forgetEndedRuns(tx: Writer, limit: number): Promise<void>;
