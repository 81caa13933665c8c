import { formatTimestamp } from "@ostinato/core";
import type { WorkerInfo } from "@ostinato/protocol";
import type { WorkerOfPoolRow } from "./work-pool-page.queries.ts";

export function presentWorkerInfo(row: WorkerOfPoolRow): WorkerInfo {
  const { id, name, work_pool_id, heartbeat_interval_seconds, status } = row;
  return {
    id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name,
    work_pool_id,
    last_heartbeat_time: formatTimestamp(row.last_heartbeat_time),
    heartbeat_interval_seconds,
    status,
  };
}
