import type { ColumnTypes } from "../columns.ts";

/**
 * Work pools with their queues and workers. `work_pool.status` and `work_queue.status` are what was last told of them; PAUSED is told
 * of `is_paused`. A run that is PENDING, RUNNING or CANCELLING holds a slot of its queue and of the pool of the queue: the slots taken
 * are its rows, found by `flow_run_open_of_queue`. `flow_run.worker_id` is the worker that claimed the run last.
 */
export function up({ uuid, moment, integer, flag, json }: ColumnTypes): readonly string[] {
  return [
    "ALTER TABLE work_pool ADD COLUMN description text",
    `ALTER TABLE work_pool ADD COLUMN base_job_template ${json} NOT NULL DEFAULT '{}'`,
    `ALTER TABLE work_pool ADD COLUMN is_paused ${flag} NOT NULL DEFAULT 0`,
    `ALTER TABLE work_pool ADD COLUMN concurrency_limit ${integer}`,
    `ALTER TABLE work_pool ADD COLUMN default_queue_id ${uuid}`,
    "ALTER TABLE work_pool ADD COLUMN status text NOT NULL DEFAULT 'NOT_READY'",
    `ALTER TABLE work_pool ADD COLUMN last_transitioned_status_at ${moment}`,
    `ALTER TABLE work_pool ADD COLUMN last_status_event_id ${uuid}`,
    `ALTER TABLE work_pool ADD COLUMN storage_configuration ${json} NOT NULL DEFAULT '{}'`,
    "UPDATE work_pool SET default_queue_id = (SELECT id FROM work_queue WHERE work_pool_id = work_pool.id AND name = 'default')",
    "ALTER TABLE work_queue ADD COLUMN description text NOT NULL DEFAULT ''",
    `ALTER TABLE work_queue ADD COLUMN filter ${json}`,
    `ALTER TABLE work_queue ADD COLUMN is_paused ${flag} NOT NULL DEFAULT 0`,
    `ALTER TABLE work_queue ADD COLUMN concurrency_limit ${integer}`,
    `ALTER TABLE work_queue ADD COLUMN last_polled ${moment}`,
    `ALTER TABLE work_queue ADD COLUMN priority ${integer} NOT NULL DEFAULT 1`,
    "ALTER TABLE work_queue ADD COLUMN status text NOT NULL DEFAULT 'NOT_READY'",
    "CREATE INDEX work_queue_priority ON work_queue (work_pool_id, priority)",
    "CREATE INDEX work_queue_polled ON work_queue (last_polled) WHERE status = 'READY'",
    `CREATE TABLE worker (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL, name text NOT NULL,
      work_pool_id ${uuid} NOT NULL REFERENCES work_pool ON DELETE CASCADE, last_heartbeat_time ${moment} NOT NULL,
      heartbeat_interval_seconds ${integer}, status text NOT NULL, metadata ${json},
      UNIQUE (work_pool_id, name))`,
    "CREATE INDEX worker_heartbeat ON worker (work_pool_id, last_heartbeat_time)",
    "CREATE INDEX worker_online ON worker (last_heartbeat_time) WHERE status = 'ONLINE'",
    `ALTER TABLE flow_run ADD COLUMN priority ${integer} NOT NULL DEFAULT 0`,
    `ALTER TABLE flow_run ADD COLUMN worker_id ${uuid}`,
    "ALTER TABLE flow_run ADD COLUMN worker_name text",
    "CREATE INDEX deployment_queue ON deployment (work_queue_id) WHERE work_queue_id IS NOT NULL",
    `CREATE INDEX flow_run_due_of_queue ON flow_run (work_queue_id, priority, next_scheduled_start_time, id)
      WHERE work_queue_id IS NOT NULL AND state_type = 'SCHEDULED'`,
    `CREATE INDEX flow_run_open_of_queue ON flow_run (work_queue_id, id)
      WHERE work_queue_id IS NOT NULL AND state_type IN ('PENDING', 'RUNNING', 'CANCELLING')`,
    `CREATE INDEX flow_run_of_queue ON flow_run (work_queue_id, expected_start_time DESC, id DESC)
      WHERE work_queue_id IS NOT NULL`,
    `CREATE INDEX flow_run_of_worker ON flow_run (worker_id, expected_start_time DESC, id DESC)
      WHERE worker_id IS NOT NULL`,
  ];
}
