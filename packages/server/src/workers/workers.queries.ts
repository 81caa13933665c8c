import type { Timestamp } from "@ostinato/core";
import type { WorkerFilter } from "@ostinato/protocol";
import { type Insertable, type Selectable, sql } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { workerCondition } from "../criteria/work-pools.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

export type WorkerRow = Selectable<Tables["worker"]>;

export interface WorkerQuery {
  readonly poolId: string;
  readonly filter: WorkerFilter | null | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function findWorkers(reader: Reader, { poolId, filter, limit, offset }: WorkerQuery): Promise<WorkerRow[]> {
  return reader
    .selectFrom("worker")
    .selectAll()
    .where("work_pool_id", "=", poolId)
    .where(workerCondition(filter) ?? everything)
    .orderBy("last_heartbeat_time", "desc")
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
}

/** Registers the worker, or notes its sign of life; gives its id. An interval and metadata that are null keep what was there. */
export async function putWorker(tx: Writer, row: Insertable<Tables["worker"]>): Promise<string> {
  const { last_heartbeat_time, heartbeat_interval_seconds = null, status, metadata = null } = row;
  const said = {
    ...(heartbeat_interval_seconds === null ? {} : { heartbeat_interval_seconds }),
    ...(metadata === null ? {} : { metadata }),
  };
  const put = await tx
    .insertInto("worker")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["work_pool_id", "name"]).doUpdateSet({ last_heartbeat_time, status, ...said }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return put.id;
}

export async function workerId(reader: Reader, poolId: string, name: string): Promise<string | undefined> {
  const found = await reader
    .selectFrom("worker")
    .select("id")
    .where("work_pool_id", "=", poolId)
    .where("name", "=", name)
    .executeTakeFirst();
  return found?.id;
}

/** Gives the id of the worker that is deleted; undefined where there is none. */
export async function deleteWorker(tx: Writer, poolId: string, name: string): Promise<string | undefined> {
  const deleted = await tx
    .deleteFrom("worker")
    .where("work_pool_id", "=", poolId)
    .where("name", "=", name)
    .returning("id")
    .executeTakeFirst();
  return deleted?.id;
}
export interface Silence {
  readonly now: Timestamp;
  /** Where a worker does not say its own. */
  readonly intervalSeconds: number;
  /** A worker is offline after so many intervals without a sign. */
  readonly intervals: number;
}

/** Notes that workers which gave no sign for so long are offline; gives their ids. */
export async function retireSilent(
  tx: Writer,
  { now, intervalSeconds, intervals }: Silence,
): Promise<readonly string[]> {
  const allowed = sql`coalesce(heartbeat_interval_seconds, ${intervalSeconds}) * ${sql.lit(intervals * 1_000_000)}`;
  const silent = await tx
    .selectFrom("worker")
    .select("id")
    .where("status", "=", "ONLINE")
    .where(sql<boolean>`${now} - last_heartbeat_time > ${allowed}`)
    .orderBy("id")
    .modifyEnd(portable.freeRowLock("worker"))
    .execute();
  const ids = silent.map(({ id }) => id);
  if (ids.length > 0) await tx.updateTable("worker").set({ status: "OFFLINE" }).where("id", "in", ids).execute();
  return ids;
}

/** Ready pools without a worker that is online. */
export async function deserted(reader: Reader): Promise<readonly { readonly id: string; readonly name: string }[]> {
  return reader
    .selectFrom("work_pool")
    .select(["id", "name"])
    .where("status", "=", "READY")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("worker")
            .select("worker.id")
            .whereRef("worker.work_pool_id", "=", "work_pool.id")
            .where("worker.status", "=", "ONLINE"),
        ),
      ),
    )
    .orderBy("id")
    .execute();
}
