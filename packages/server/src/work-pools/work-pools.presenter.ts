import { formatTimestamp } from "@ostinato/core";
import type { PlaceStatus, WorkPool } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { PoolRow } from "./work-pools.queries.ts";

/** The type of pools whose runs Prefect's agents took. Nobody tells whether such a pool is ready, so it has no status. */
export const agentType = "prefect-agent";

export function presentPool(row: PoolRow): WorkPool {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    description: row.description,
    type: row.type,
    base_job_template: readJson(row.base_job_template),
    is_paused: row.is_paused === 1,
    concurrency_limit: row.concurrency_limit,
    status: statusOf(row),
    default_queue_id: row.default_queue_id,
    storage_configuration: storageOf(row),
    active_slots: row.active_slots,
  };
}

function statusOf({ type, status }: PoolRow): PlaceStatus | null {
  return type === agentType ? null : status;
}

function storageOf({ storage_configuration }: PoolRow): WorkPool["storage_configuration"] {
  const { bundle_upload_step, bundle_execution_step, default_result_storage_block_id } =
    readPlainJson<WorkPool["storage_configuration"]>(storage_configuration);
  return {
    bundle_upload_step: bundle_upload_step ?? null,
    bundle_execution_step: bundle_execution_step ?? null,
    default_result_storage_block_id: default_result_storage_block_id ?? null,
  };
}
