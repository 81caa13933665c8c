import { type Timestamp, timeOrderedId } from "@ostinato/core";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "../db/dialect.ts";
import type { Cutoffs } from "./retention.rules.ts";

/** The place of each kind's oldest row in the index along which a pass goes; null where there is none. */
interface Oldest {
  readonly event: number | null;
  readonly log: string | null;
  readonly flow_run: number | null;
  readonly free_task_run: number | null;
  readonly artifact: number | null;
  readonly result: number | null;
  readonly cache_entry: number | null;
}

/**
 * Whether a pass may find something: false if the oldest row of each kind is younger than its cutoff. Reads one entry of each
 * index, so that a server with nothing to remove needs no reader thread for that.
 */
export async function mayHoldOld(db: Database, cutoffs: Cutoffs, now: Timestamp): Promise<boolean> {
  const oldest = await readOldest(db);
  const isBefore = (moment: number | null, cutoff: number | null) =>
    moment !== null && cutoff !== null && Number(moment) < cutoff;
  const { runs, logs, events, artifacts, results } = cutoffs;
  return (
    isBefore(oldest.event, events) ||
    (oldest.log !== null && logs !== null && oldest.log < timeOrderedId(logs)) ||
    isBefore(oldest.flow_run, runs) ||
    isBefore(oldest.free_task_run, runs) ||
    isBefore(oldest.artifact, artifacts) ||
    isBefore(oldest.result, results) ||
    isBefore(oldest.cache_entry, now + 1)
  );
}

async function readOldest(db: Database): Promise<Oldest> {
  const ended = sql`coalesce(end_time, 0)`;
  const first = (value: RawBuilder<unknown>, from: RawBuilder<unknown>) =>
    sql`(SELECT ${value} FROM ${from} ORDER BY ${value} LIMIT 1)`;
  const { rows } = await sql<Oldest>`SELECT
    ${first(sql`occurred`, sql`event`)} AS event,
    ${first(sql`id`, sql`log`)} AS log,
    ${first(ended, sql`flow_run WHERE ${ended} > 0`)} AS flow_run,
    ${first(ended, sql`task_run WHERE flow_run_id IS NULL AND ${ended} > 0`)} AS free_task_run,
    ${first(sql`created`, sql`artifact`)} AS artifact,
    ${first(sql`created`, sql`result WHERE format <> 'none'`)} AS result,
    ${first(sql`cache_expiration`, sql`task_run_state_cache WHERE cache_expiration IS NOT NULL`)} AS cache_entry`.execute(
    db.read,
  );
  const [oldest] = rows;
  if (oldest === undefined) throw new Error("A question without a table has one row");
  return oldest;
}
