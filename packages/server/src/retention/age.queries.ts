import type { Timestamp } from "@ostinato/core";
import { timeOrderedId } from "@ostinato/core";
import type { RetainedKind } from "@ostinato/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "../db/dialect.ts";
import { countedOld, type Share } from "./age.rules.ts";

/** The present time of the database's own machine; undefined if that is the server's machine. */
export async function databaseNow(db: Database): Promise<Timestamp | undefined> {
  if (db.kind === "sqlite") return undefined;
  const { rows } = await sql<{ now: number }>`SELECT
    floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now`.execute(db.read);
  return rows[0]?.now as Timestamp | undefined;
}

/** The newest time before another that a server wrote by its own clock, rather than from a client; null if there is none. */
export async function newestMoment(db: Database, before: Timestamp): Promise<Timestamp | null> {
  const newest = (table: string) =>
    sql`(SELECT created FROM ${sql.table(table)} WHERE created < ${before} ORDER BY id DESC LIMIT 1)`;
  const { rows } = await sql<Record<string, number | null>>`SELECT
    ${newest("flow_run")} AS flow_run, ${newest("log")} AS log,
    (SELECT created FROM artifact WHERE created < ${before} ORDER BY created DESC LIMIT 1) AS artifact`.execute(
    db.read,
  );
  const moments = Object.values(rows[0] ?? {}).flatMap((moment) => (moment === null ? [] : Number(moment)));
  return moments.length === 0 ? null : (Math.max(...moments) as Timestamp);
}

interface Ordered {
  readonly table: RawBuilder<unknown>;
  /** The rows concerned. */
  readonly among: RawBuilder<unknown>;
  isBefore(cutoff: Timestamp): RawBuilder<unknown>;
}

const ended = sql`coalesce(end_time, 0)`;

/** The order of the index that a pass follows. */
const ordered: Readonly<Record<RetainedKind, Ordered>> = {
  runs: { table: sql`flow_run`, among: sql`${ended} > 0`, isBefore: (cutoff) => sql`${ended} < ${cutoff}` },
  logs: { table: sql`log`, among: sql`1 = 1`, isBefore: (cutoff) => sql`id < ${timeOrderedId(cutoff)}` },
  events: { table: sql`event`, among: sql`1 = 1`, isBefore: (cutoff) => sql`occurred < ${cutoff}` },
  artifacts: { table: sql`artifact`, among: sql`1 = 1`, isBefore: (cutoff) => sql`created < ${cutoff}` },
  latest_artifacts: {
    table: sql`artifact`,
    among: sql`key IS NOT NULL`,
    isBefore: (cutoff) => sql`created < ${cutoff}`,
  },
  results: { table: sql`result`, among: sql`format <> 'none'`, isBefore: (cutoff) => sql`created < ${cutoff}` },
};

/** The numbers of rows before and after a time. Stops counting once it is clear which are more. */
export async function shareBefore(db: Database, kind: RetainedKind, cutoff: Timestamp): Promise<Share> {
  const { table, among, isBefore } = ordered[kind];
  const before = isBefore(cutoff);
  if ((await count(db, sql`${table} WHERE ${among} AND ${before}`, countedOld)) < countedOld)
    return { old: 0, young: 0 };
  const old = await count(db, sql`${table} WHERE ${among} AND ${before}`, maxCounted);
  return { old, young: await count(db, sql`${table} WHERE ${among} AND NOT (${before})`, old) };
}

const maxCounted = 1_000_000;

async function count(db: Database, rows: RawBuilder<unknown>, max: number): Promise<number> {
  const { rows: counted } = await sql<{ count: number }>`SELECT count(*) AS count
    FROM (SELECT 1 AS one FROM ${rows} LIMIT ${max}) AS bounded`.execute(db.slow);
  return Number(counted[0]?.count ?? 0);
}
