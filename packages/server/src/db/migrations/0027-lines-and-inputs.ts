import type { ColumnTypes } from "../columns.ts";

/** Marks the waiting task runs whose log says that no connected worker runs their task, and lets the inputs of a run be read in their order. */
export function up({ flag }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE task_delivery ADD COLUMN is_told_unserved ${flag}`,
    "CREATE INDEX flow_run_input_order ON flow_run_input (flow_run_id, created, id)",
  ];
}
