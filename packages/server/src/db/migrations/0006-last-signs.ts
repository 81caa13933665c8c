import type { ColumnTypes } from "../columns.ts";

/**
 * `received` is the time of a run's last sign of life by the server's clock; `process` names the run's process, for servers that
 * can look at it. `last_word` is the last event time of the process of a task run that a server has ended.
 */
export function up({ moment }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE flow_run_heartbeat ADD COLUMN received ${moment} NOT NULL DEFAULT 0`,
    "UPDATE flow_run_heartbeat SET received = occurred",
    "ALTER TABLE flow_run_heartbeat ADD COLUMN process text",
    `ALTER TABLE task_run ADD COLUMN last_word ${moment}`,
  ];
}
