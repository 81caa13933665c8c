import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Database, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { isTerminal } from "../db/state-sql.ts";
import { among, deleteAmong, idsOf, later, type Place } from "./sweep.queries.ts";

/**
 * Ended before a time, which unfinished runs never have. `run` is the name of the table in the query. No index serves this
 * condition, on purpose: PostgreSQL would use it for runs known by their ids, and walk along all old ones.
 */
export function endedBefore(run: string, before: Timestamp) {
  return sql<SqlBool>`(${sql.raw(run)}.end_time < ${before} AND ${isTerminal(`${run}.state_type`)})`;
}

/** The same, by the index on the end. */
function nextEndedBefore(run: "flow_run" | "task_run", { before, after, limit }: Search) {
  const ended = sql.raw("coalesce(end_time, 0)");
  return sql`${ended} > 0 AND ${ended} < ${before} AND ${isTerminal(`${run}.state_type`)}
    AND ${later("coalesce(end_time, 0)", "id", after)} ORDER BY ${ended}, id LIMIT ${limit}`;
}

interface Search {
  readonly before: Timestamp;
  readonly after: Place | undefined;
  readonly limit: number;
}

/** Finished flow runs that are nobody's subflow. */
export async function oldFlowRuns(db: Database, search: Search): Promise<readonly Place[]> {
  const { rows } = await sql<Place>`SELECT id, end_time AS at FROM flow_run
    WHERE parent_task_run_id IS NULL AND ${nextEndedBefore("flow_run", search)}`.execute(db.slow);
  return rows;
}

/** Finished task runs that belong to no flow run. */
export async function oldFreeTaskRuns(db: Database, search: Search): Promise<readonly Place[]> {
  const { rows } = await sql<Place>`SELECT id, end_time AS at FROM task_run
    WHERE flow_run_id IS NULL AND ${nextEndedBefore("task_run", search)}`.execute(db.slow);
  return rows;
}

/** The runs that are still finished, locked until the unit of work ends, so that none of them is restarted meanwhile. */
export async function heldFlowRuns(
  tx: Writer,
  { ids, before }: { readonly ids: readonly string[]; readonly before: Timestamp },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM flow_run
    WHERE ${among("id", ids)} AND ${endedBefore("flow_run", before)}
    ORDER BY id ${portable.rowLock("flow_run")}`.execute(tx);
  return idsOf(rows);
}

export interface Portion {
  /** The column that names the runs. */
  readonly column: "flow_run_id" | "task_run_id";
  readonly ids: readonly string[];
  readonly limit: number;
}

export async function someTaskRuns(tx: Writer, { ids, limit }: Omit<Portion, "column">): Promise<readonly string[]> {
  const rows = await tx.selectFrom("task_run").select("id").where(among("flow_run_id", ids)).limit(limit).execute();
  return idsOf(rows);
}

/** Deletes task runs with their states and values, and gives the subflows that had them as parents and have none now. */
export async function deleteTaskRuns(
  tx: Writer,
  ids: readonly string[],
): Promise<{ readonly deleted: number; readonly released: readonly string[] }> {
  if (ids.length === 0) return { deleted: 0, released: [] };
  const { rows } = await sql<{ id: string }>`UPDATE flow_run SET parent_task_run_id = NULL
    WHERE ${among("parent_task_run_id", ids)} RETURNING id`.execute(tx);
  await sql`DELETE FROM task_run_state_cache WHERE task_run_state_id IN
    (SELECT id FROM task_run_state WHERE ${among("task_run_id", ids)})`.execute(tx);
  return { deleted: await deleteAmong(tx, { table: "task_run", ids }), released: idsOf(rows) };
}

export async function deleteSomeLogs(tx: Writer, { column, ids, limit }: Portion): Promise<number> {
  const some = tx.selectFrom("log").select("id").where(among(column, ids)).limit(limit);
  const result = await tx.deleteFrom("log").where("id", "in", some).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Deletes the artifacts that stand for results; artifacts that runs made for people have a retention time of their own. */
export async function deleteSomeResultArtifacts(tx: Writer, { column, ids, limit }: Portion): Promise<number> {
  const some = tx
    .selectFrom("artifact")
    .select("id")
    .where(among(column, ids))
    .where("type", "=", "result")
    .where("key", "is", null)
    .limit(limit);
  const result = await tx.deleteFrom("artifact").where("id", "in", some).executeTakeFirst();
  return Number(result.numDeletedRows);
}
