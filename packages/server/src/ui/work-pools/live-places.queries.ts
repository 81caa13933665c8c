import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";
import type { WorkerOfPoolRow } from "./work-pool-page.queries.ts";

export interface PlaceRow {
  readonly id: string;
  readonly work_pool_id: string;
  readonly name: string;
}

export async function poolsByIds(db: Database, ids: readonly string[]): Promise<PlaceRow[]> {
  const { rows } = await sql<PlaceRow>`
    SELECT pool.id, pool.id AS work_pool_id, pool.name
    FROM ${idRows(ids)} AS wanted JOIN work_pool AS pool ON pool.id = wanted.id`.execute(db.read);
  return rows;
}

export async function queuesByIds(db: Database, ids: readonly string[]): Promise<PlaceRow[]> {
  const { rows } = await sql<PlaceRow>`
    SELECT queue.id, queue.work_pool_id, queue.name
    FROM ${idRows(ids)} AS wanted JOIN work_queue AS queue ON queue.id = wanted.id`.execute(db.read);
  return rows;
}

export async function workersByIds(db: Database, ids: readonly string[]): Promise<WorkerOfPoolRow[]> {
  const { rows } = await sql<WorkerOfPoolRow>`
    SELECT worker.* FROM ${idRows(ids)} AS wanted JOIN worker ON worker.id = wanted.id`.execute(db.read);
  return rows;
}
