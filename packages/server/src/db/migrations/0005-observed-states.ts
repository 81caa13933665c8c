import type { ColumnTypes } from "../columns.ts";

/** The way from one kind of state to the next, with the first and the last of each at its ends. */
export function up(_types: ColumnTypes): readonly string[] {
  return [
    "CREATE INDEX flow_run_state_kind ON flow_run_state (type, name, timestamp)",
    "CREATE INDEX task_run_state_kind ON task_run_state (type, name, timestamp)",
  ];
}
