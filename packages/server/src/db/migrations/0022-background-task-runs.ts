import type { ColumnTypes } from "../columns.ts";

/** Marks task runs that task workers run, with the worker that had each last, and says how many runs a worker takes at once. */
export function up({ integer, flag }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE task_run ADD COLUMN deferred ${flag}`,
    "ALTER TABLE task_run ADD COLUMN task_worker text",
    `ALTER TABLE task_worker ADD COLUMN slots ${integer}`,
    "UPDATE task_run SET deferred = 1 WHERE id IN (SELECT task_run_id FROM task_delivery)",
    "CREATE INDEX task_run_deferred ON task_run (expected_start_time DESC, id DESC) WHERE deferred = 1",
    "CREATE INDEX task_run_deferred_end ON task_run (end_time, task_key, state_type) WHERE deferred = 1",
  ];
}
