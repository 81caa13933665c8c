import type { ColumnTypes } from "../columns.ts";

/** Plain names for the columns of signs of life. (`migrate` itself adds `migration.breaking`, which it reads first.) */
export function up(_types: ColumnTypes): readonly string[] {
  return [
    "ALTER TABLE flow_run_heartbeat RENAME COLUMN beats TO beat_count",
    "ALTER TABLE flow_run_heartbeat RENAME COLUMN said TO interval_declared",
  ];
}
