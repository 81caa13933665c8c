import { formatTimestamp } from "@ostinato/core";
import type { WorkQueue } from "@ostinato/protocol";
import { readOptionalJson } from "../db/json-text.ts";
import type { QueueRow } from "./work-queues.queries.ts";

export function presentQueue(row: QueueRow): WorkQueue {
  const filter = readOptionalJson<{ tags?: string[]; deployment_ids?: string[] }>(row.filter);
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    description: row.description,
    is_paused: row.is_paused === 1,
    concurrency_limit: row.concurrency_limit,
    priority: row.priority,
    work_pool_id: row.work_pool_id,
    filter: filter === null ? null : { tags: filter.tags ?? null, deployment_ids: filter.deployment_ids ?? null },
    last_polled: row.last_polled === null ? null : formatTimestamp(row.last_polled),
    work_pool_name: row.pool_name,
    status: row.status,
    active_slots: row.active_slots,
  };
}
