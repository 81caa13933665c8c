import { type Selectable, sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import type { Tables } from "../../db/tables.ts";

export type PoolRow = Selectable<Tables["work_pool"]>;
export type QueueRow = Selectable<Tables["work_queue"]>;
export type WorkerOfPoolRow = Selectable<Tables["worker"]>;

export function poolByName({ read }: Database, name: string): Promise<PoolRow | undefined> {
  return read.selectFrom("work_pool").selectAll().where("name", "=", name).executeTakeFirst();
}

/** In the order in which their runs go. */
export function queuesOfPool({ read }: Database, poolId: string, limit: number): Promise<QueueRow[]> {
  return read
    .selectFrom("work_queue")
    .selectAll()
    .where("work_pool_id", "=", poolId)
    .orderBy("priority")
    .orderBy("name")
    .limit(limit)
    .execute();
}

/** Those heard last first. */
export function workersOfPool({ read }: Database, poolId: string, limit: number): Promise<WorkerOfPoolRow[]> {
  return read
    .selectFrom("worker")
    .selectAll()
    .where("work_pool_id", "=", poolId)
    .orderBy("last_heartbeat_time", "desc")
    .orderBy("id")
    .limit(limit)
    .execute();
}

export function workerByName({ read }: Database, poolId: string, name: string): Promise<WorkerOfPoolRow | undefined> {
  return read
    .selectFrom("worker")
    .selectAll()
    .where("work_pool_id", "=", poolId)
    .where("name", "=", name)
    .executeTakeFirst();
}

/** The ids of the runs that the worker took, the latest first. */
export async function runsOfWorker(db: Database, workerId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM flow_run WHERE worker_id = ${workerId}
    ORDER BY expected_start_time DESC, id DESC LIMIT ${limit}`.execute(db.read);
  return rows.map(({ id }) => id);
}
