import type { ColumnTypes } from "../columns.ts";

/**
 * `beats` counts the signs of life of a run, so that a server notices a new one without trusting any clock. `said` is 1 if the
 * client declared its interval.
 */
export function up({ integer, flag }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE flow_run_heartbeat ADD COLUMN beats ${integer} NOT NULL DEFAULT 1`,
    `ALTER TABLE flow_run_heartbeat ADD COLUMN said ${flag} NOT NULL DEFAULT 0`,
  ];
}
