import type { ColumnTypes } from "../columns.ts";

/** Indexes that find old rows, where no index of the foundation does. All are partial, so they hold few rows of their tables. */
export function up(_types: ColumnTypes): readonly string[] {
  return [
    // Only results that still have data that retention may remove.
    "CREATE INDEX result_kept ON result (created, id) WHERE format <> 'none'",
    "CREATE INDEX result_location ON result (location) WHERE location IS NOT NULL",
    "CREATE INDEX task_run_free_end ON task_run (coalesce(end_time, 0), id) WHERE flow_run_id IS NULL",
    "CREATE INDEX task_run_state_cache_expiration ON task_run_state_cache (cache_expiration) WHERE cache_expiration IS NOT NULL",
    "CREATE INDEX task_run_state_cache_state ON task_run_state_cache (task_run_state_id)",
  ];
}
