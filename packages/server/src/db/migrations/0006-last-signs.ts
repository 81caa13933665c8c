import type { ColumnTypes } from "../columns.ts";

/**
 * `received` is when a server last heard of a run, by its own clock; `process` names the run's process, for those that can look
 * at it. `last_word` is when a task run that a server has ended since was last spoken of by its process.
 */
export function up({ moment }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE flow_run_heartbeat ADD COLUMN received ${moment} NOT NULL DEFAULT 0`,
    "UPDATE flow_run_heartbeat SET received = occurred",
    "ALTER TABLE flow_run_heartbeat ADD COLUMN process text",
    `ALTER TABLE task_run ADD COLUMN last_word ${moment}`,
  ];
}
