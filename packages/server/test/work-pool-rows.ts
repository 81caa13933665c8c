import { addSeconds, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Database } from "../src/db/dialect.ts";
import type { Tables } from "../src/db/tables.ts";

/** Work pools, queues and workers as rows, for tests that need them in states and at times which the API does not give. */
export interface WorkPoolRows {
  pool(name: string, given?: Partial<Tables["work_pool"]>): Promise<string>;
  queue(poolId: string, given?: Partial<Tables["work_queue"]>): Promise<string>;
  worker(poolId: string, given?: Partial<Tables["worker"]>): Promise<string>;
}

export function workPoolRows(db: Database, now: Timestamp): WorkPoolRows {
  let made = 0;
  const row = () => {
    made += 1;
    const created = addSeconds(now, made - 3600);
    return { id: timeOrderedId(created), created, updated: created };
  };
  return {
    async pool(name, given) {
      const pool = { ...row(), ...emptyPool, name, ...given };
      await db.write((tx) => tx.insertInto("work_pool").values(pool).execute());
      return pool.id;
    },
    async queue(poolId, given) {
      const queue = { ...row(), ...emptyQueue, work_pool_id: poolId, name: `queue-${made}`, ...given };
      await db.write((tx) => tx.insertInto("work_queue").values(queue).execute());
      return queue.id;
    },
    async worker(poolId, given) {
      const worker = {
        ...row(),
        name: `worker-${made}`,
        work_pool_id: poolId,
        last_heartbeat_time: now,
        heartbeat_interval_seconds: 30,
        status: "ONLINE" as const,
        metadata: null,
        ...given,
      };
      await db.write((tx) => tx.insertInto("worker").values(worker).execute());
      return worker.id;
    },
  };
}

const emptyPool = {
  type: "process",
  description: null,
  base_job_template: "{}",
  is_paused: 0 as const,
  concurrency_limit: null,
  default_queue_id: null,
  status: "NOT_READY" as const,
  last_transitioned_status_at: null,
  last_status_event_id: null,
  storage_configuration: "{}",
};

const emptyQueue = {
  description: "",
  filter: null,
  is_paused: 0 as const,
  concurrency_limit: null,
  last_polled: null,
  priority: 1,
  status: "NOT_READY" as const,
};
