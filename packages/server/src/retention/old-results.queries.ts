import { localResultScheme, type Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Database, Writer } from "../db/dialect.ts";
import type { Portion } from "./old-runs.queries.ts";
import { among, deleteAmong, idsOf, later, type Place } from "./sweep.queries.ts";

/** The newest one under its cache key that is still given out. One that expires earlier is not in the way of one that lasts. */
export function isCached(now: Timestamp) {
  return sql<SqlBool>`(result.cache_key IS NOT NULL AND result.format <> 'none'
    AND (result.expires IS NULL OR result.expires > ${now})
    AND NOT EXISTS (SELECT 1 FROM result AS newer WHERE newer.cache_key = result.cache_key AND newer.format <> 'none'
      AND (newer.created > result.created OR (newer.created = result.created AND newer.id > result.id))
      AND (newer.expires IS NULL OR newer.expires >= result.expires)))`;
}

/**
 * Results of a kept run that did not complete, and so may be resumed: its own, those of its task runs, and the final ones of its
 * subflows.
 */
const isResumable = sql<SqlBool>`(
  EXISTS (SELECT 1 FROM flow_run AS run
    WHERE run.id = result.flow_run_id AND coalesce(run.state_type, '') <> 'COMPLETED')
  OR (result.task_run_id IS NULL AND EXISTS (SELECT 1 FROM flow_run AS run
    JOIN task_run AS parent ON parent.id = run.parent_task_run_id
    JOIN flow_run AS owner ON owner.id = parent.flow_run_id
    WHERE run.id = result.flow_run_id AND coalesce(owner.state_type, '') <> 'COMPLETED')))`;

export function isNeedless(now: Timestamp) {
  return sql<SqlBool>`(NOT ${isResumable} AND NOT ${isCached(now)})`;
}

interface Search {
  readonly before: Timestamp;
  readonly now: Timestamp;
  readonly after: Place | undefined;
  readonly limit: number;
}

/** Results with data that neither a resume nor a cache needs. */
export async function oldResults(db: Database, { before, now, after, limit }: Search): Promise<readonly Place[]> {
  const { rows } = await sql<Place>`SELECT id, created AS at FROM result
    WHERE format <> 'none' AND created < ${before} AND ${later("created", "id", after)} AND ${isNeedless(now)}
    ORDER BY created, id LIMIT ${limit}`.execute(db.slow);
  return rows;
}

interface Needless {
  readonly id: string;
  readonly location: string | null;
  /** Whether its run exists and shows it. */
  readonly shown: number | boolean;
}

export interface Removed {
  readonly rows: number;
  /** The addresses of data outside the database. */
  readonly locations: readonly string[];
}

/** Takes the data out of results; those whose run is gone go whole. */
export async function forgetResults(
  tx: Writer,
  { ids, now, reason }: { readonly ids: readonly string[]; readonly now: Timestamp; readonly reason: string },
): Promise<Removed> {
  const { rows } = await sql<Needless>`SELECT id, location,
      (EXISTS (SELECT 1 FROM flow_run WHERE flow_run.id = result.flow_run_id)
        OR EXISTS (SELECT 1 FROM task_run WHERE task_run.id = result.task_run_id)) AS shown
    FROM result WHERE ${among("id", ids)} AND ${isNeedless(now)}`.execute(tx);
  await tx
    .updateTable("result")
    .set({ format: "none", data: null, location: null, cache_key: null, expires: null, reason: reasonWithRest(reason) })
    .where(among("id", idsOf(rows.filter(({ shown }) => Boolean(shown)))))
    .execute();
  await deleteAmong(tx, { table: "result", ids: idsOf(rows.filter(({ shown }) => !shown)) });
  return removed(rows);
}

/** Names what stays in a store that the server cannot reach: with the location people would lose the way to it. */
function reasonWithRest(reason: string) {
  return sql<string>`CASE WHEN location IS NULL OR location LIKE ${`${localResultScheme}:%`} THEN CAST(${reason} AS text)
    ELSE CAST(${reason} AS text) || ' It stays in its store, which this server cannot reach: ' || location END`;
}

/** Deletes the results of removed runs; cached ones stay without their run. */
export async function deleteSomeResults(
  tx: Writer,
  { column, ids, limit, now }: Portion & { readonly now: Timestamp },
): Promise<Removed> {
  const { rows } = await sql<{ id: string; location: string | null }>`SELECT id, location FROM result
    WHERE ${among(column, ids)} AND NOT ${isCached(now)} LIMIT ${limit}`.execute(tx);
  await deleteAmong(tx, { table: "result", ids: idsOf(rows) });
  return removed(rows);
}

function removed(rows: readonly { readonly location: string | null }[]): Removed {
  return { rows: rows.length, locations: rows.flatMap(({ location }) => location ?? []) };
}

/** The locations that some result still uses. */
export async function usedLocations(db: Database, locations: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.read.selectFrom("result").select("location").where("location", "in", locations).execute();
  return new Set(rows.flatMap(({ location }) => location ?? []));
}
