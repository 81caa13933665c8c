import { formatTimestamp } from "@ostinato/core";
import type { WorkerInfo } from "@ostinato/protocol";
import type { WorkerRow } from "./workers.queries.ts";

export function presentWorker(row: WorkerRow): WorkerInfo {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    work_pool_id: row.work_pool_id,
    last_heartbeat_time: formatTimestamp(row.last_heartbeat_time),
    heartbeat_interval_seconds: row.heartbeat_interval_seconds,
    status: row.status,
  };
}
