import type { WorkerFilter } from "@ostinato/protocol";
import type { Insertable, Selectable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { workerCondition } from "../criteria/work-pools.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
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
