import type { ColumnTypes } from "../columns.ts";

/**
 * Indexes that hold all that a walk along them asks, in the place of narrower ones: a name, so that a search for a part of it
 * looks up only what it finds; and, beside each kind of state, what histories add up.
 */
export function up(_types: ColumnTypes): readonly string[] {
  return [
    "DROP INDEX flow_run_begin",
    "CREATE INDEX flow_run_begin ON flow_run (coalesce(start_time, expected_start_time) DESC, id DESC, name)",
    "DROP INDEX flow_run_state_expected",
    `CREATE INDEX flow_run_state_expected ON flow_run
      (state_type, state_name, expected_start_time, parent_task_run_id, start_time, total_run_time)`,
    "DROP INDEX task_run_state_expected",
    `CREATE INDEX task_run_state_expected ON task_run
      (state_type, state_name, expected_start_time, start_time, total_run_time)`,
  ];
}
