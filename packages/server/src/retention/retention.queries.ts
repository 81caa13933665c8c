import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { RemovedCounts, RetentionPass } from "@ostinato/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Database, Writer } from "../db/dialect.ts";
import { readPlainJson, writeJson } from "../db/json-text.ts";
import { isOldArtifact } from "./old-artifacts.queries.ts";
import { isCached, isNeedless } from "./old-results.queries.ts";
import { endedBefore } from "./old-runs.queries.ts";
import type { Cutoffs } from "./retention.rules.ts";

/** Counts stop here. */
const maxCounted = 1_000_000;

/** The rows that a pass would remove, counted by one query for each kind. */
export async function countOld(db: Database, cutoffs: Cutoffs, now: Timestamp): Promise<RemovedCounts> {
  const going = goingRuns(cutoffs.runs);
  const count = (rows: RawBuilder<unknown>) => countRows(db, going, rows);
  const { runs, logs, events, artifacts, results } = cutoffs;
  const isGoing = (column: string) => sql`${sql.raw(column)} IN (SELECT id FROM going)`;
  const freeRuns = sql`(SELECT task_run.id FROM task_run
    WHERE flow_run_id IS NULL AND ${runs === null ? never : endedBefore("task_run", runs)})`;
  const ofGoing = sql`(flow_run_id IN (SELECT id FROM going)
    OR (flow_run_id IS NULL AND task_run_id IN ${freeRuns}))`;
  return {
    flow_runs: await count(sql`going`),
    task_runs: await count(sql`(SELECT id FROM task_run WHERE ${isGoing("flow_run_id")} UNION ALL
      SELECT id FROM ${freeRuns} AS free)`),
    logs: await count(sql`(SELECT id FROM log WHERE ${ofGoing}
      OR ${logs === null ? never : sql`(id < ${timeOrderedId(logs)} AND created < ${logs})`})`),
    events: events === null ? 0 : await count(sql`(SELECT id FROM event WHERE occurred < ${events})`),
    artifacts: await count(sql`(SELECT id FROM artifact WHERE (type = 'result' AND key IS NULL AND ${ofGoing})
      OR ${artifacts === null ? never : isOldArtifact(cutoffs)})`),
    results: await count(sql`(SELECT id FROM result WHERE (${ofGoing} AND NOT ${isCached(now)})
      OR ${results === null ? never : sql`(format <> 'none' AND created < ${results} AND ${isNeedless(now)})`})`),
    cache_entries: await count(sql`(SELECT id FROM task_run_state_cache
      WHERE cache_expiration IS NOT NULL AND cache_expiration <= ${now})`),
  };
}

const never = sql`1 = 0`;

/** Flow runs that would go, with the subflows that would go after them. */
function goingRuns(before: Timestamp | null): RawBuilder<unknown> {
  if (before === null) return sql`going(id) AS (SELECT id FROM flow_run WHERE ${never})`;
  return sql`going(id) AS (
    SELECT id FROM flow_run WHERE parent_task_run_id IS NULL AND ${endedBefore("flow_run", before)}
    UNION ALL
    SELECT child.id FROM going JOIN task_run AS parent ON parent.flow_run_id = going.id
      JOIN flow_run AS child ON child.parent_task_run_id = parent.id WHERE ${endedBefore("child", before)})`;
}

async function countRows(db: Database, going: RawBuilder<unknown>, rows: RawBuilder<unknown>): Promise<number> {
  const { rows: counted } = await sql<{ count: number }>`WITH RECURSIVE ${going}
    SELECT count(*) AS count FROM (SELECT 1 AS one FROM ${rows} AS found LIMIT ${maxCounted}) AS bounded`.execute(
    db.slow,
  );
  return Number(counted[0]?.count ?? 0);
}

const lastPassKey = "ostinato.retention.last-pass";

type KeptPass = Omit<RetentionPass, "as_of" | "cutoffs"> & Partial<Pick<RetentionPass, "as_of" | "cutoffs">>;

/** Values that passes of earlier versions did not record. */
const unknownBefore = { as_of: null, cutoffs: null } as const;

export async function lastPass(db: Database): Promise<RetentionPass | null> {
  const row = await db.read
    .selectFrom("configuration")
    .select("value")
    .where("key", "=", lastPassKey)
    .executeTakeFirst();
  return row === undefined ? null : { ...unknownBefore, ...readPlainJson<KeptPass>(row.value) };
}

const begunAtKey = "ostinato.retention.begun-at";

/** The known time before the first pass. */
export async function begunAt(db: Database): Promise<Timestamp | null> {
  const row = await db.read
    .selectFrom("configuration")
    .select("value")
    .where("key", "=", begunAtKey)
    .executeTakeFirst();
  return row === undefined ? null : (Number(row.value) as Timestamp);
}

interface Stamp {
  readonly id: string;
  readonly now: Timestamp;
}

export async function keepBegunAt(tx: Writer, moment: Timestamp, { id, now }: Stamp): Promise<void> {
  await tx
    .insertInto("configuration")
    .values({ id, created: now, updated: now, key: begunAtKey, value: String(moment) })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

export async function keepLastPass(tx: Writer, pass: RetentionPass, { id, now }: Stamp): Promise<void> {
  const value = writeJson(pass);
  await tx
    .insertInto("configuration")
    .values({ id, created: now, updated: now, key: lastPassKey, value })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value, updated: now }))
    .execute();
}
