import type { ColumnTypes } from "../columns.ts";

/**
 * Deferred task runs, and who runs them. A row of `task_delivery` waits while it has no worker: for its time until `waits_until`, which
 * is emptied then, and after that for its turn. A worker has it until the worker's `ends_at`, a time of `lease_clock`.
 */
export function up({ uuid, moment, integer, flag, json }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE task_delivery (task_run_id ${uuid} PRIMARY KEY REFERENCES task_run ON DELETE CASCADE, task_key text NOT NULL,
      priority ${integer} NOT NULL, queued ${moment} NOT NULL, waits_until ${moment}, parameters_id ${uuid},
      deliveries ${integer} NOT NULL, worker_id ${uuid}, acknowledged_at ${moment})`,
    `CREATE INDEX task_delivery_waiting ON task_delivery (task_key, priority, queued, task_run_id)
      WHERE worker_id IS NULL AND waits_until IS NULL`,
    "CREATE INDEX task_delivery_later ON task_delivery (task_key, waits_until) WHERE waits_until IS NOT NULL",
    "CREATE INDEX task_delivery_held ON task_delivery (worker_id) WHERE worker_id IS NOT NULL",
    `CREATE TABLE task_worker (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL,
      identifier text NOT NULL, task_keys ${json} NOT NULL, takes_many ${flag} NOT NULL, is_connected ${flag} NOT NULL,
      ends_at ${moment} NOT NULL)`,
    "CREATE INDEX task_worker_identifier ON task_worker (identifier)",
    "CREATE INDEX task_worker_end ON task_worker (ends_at)",
  ];
}
