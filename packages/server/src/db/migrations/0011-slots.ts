import { openStateTypes, stateNames } from "@ostinato/core";
import type { ColumnTypes } from "../columns.ts";

const openTypes = openStateTypes.map((type) => `'${type}'`).join(", ");

/**
 * Limits, and who holds slots of them: a row for each right, with its holder and its end. `ends_at` is a time of `lease_clock`, which
 * only goes on while a server of the database hears its clients; null for a right that ends with the run that holds it.
 */
export function up({ uuid, moment, integer, flag, real }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE concurrency_limit (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL,
      name text NOT NULL UNIQUE, active ${flag} NOT NULL, max_slots ${integer} NOT NULL,
      slot_decay_per_second ${real} NOT NULL DEFAULT 0, denied_slots ${real} NOT NULL DEFAULT 0,
      avg_slot_occupancy_seconds ${real} NOT NULL DEFAULT 2)`,
    `CREATE TABLE concurrency_lease (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, holder_type text,
      holder_id ${uuid}, ends_at ${moment})`,
    "CREATE INDEX concurrency_lease_holder ON concurrency_lease (holder_id) WHERE holder_id IS NOT NULL",
    "CREATE INDEX concurrency_lease_end ON concurrency_lease (ends_at, id) WHERE ends_at IS NOT NULL",
    `CREATE TABLE concurrency_slot (limit_id ${uuid} NOT NULL REFERENCES concurrency_limit ON DELETE CASCADE,
      lease_id ${uuid} NOT NULL REFERENCES concurrency_lease ON DELETE CASCADE, slots ${integer} NOT NULL,
      PRIMARY KEY (limit_id, lease_id))`,
    "CREATE INDEX concurrency_slot_lease ON concurrency_slot (lease_id)",
    `CREATE TABLE lease_clock (id ${integer} PRIMARY KEY, elapsed ${moment} NOT NULL)`,
    `ALTER TABLE deployment ADD COLUMN concurrency_limit_id ${uuid} REFERENCES concurrency_limit ON DELETE SET NULL`,
    "CREATE INDEX deployment_limit ON deployment (concurrency_limit_id) WHERE concurrency_limit_id IS NOT NULL",
    `CREATE INDEX flow_run_in_line ON flow_run (deployment_id, expected_start_time, id)
      WHERE state_name = '${stateNames.awaitingConcurrencySlot}'`,
    `CREATE INDEX flow_run_open_subflow ON flow_run (state_type, parent_task_run_id)
      WHERE parent_task_run_id IS NOT NULL AND state_type IN (${openTypes})`,
    "CREATE INDEX deployment_run_policy ON deployment (id) WHERE run_policy <> '{}'",
    `CREATE INDEX flow_run_before_late ON flow_run (next_scheduled_start_time, id)
      WHERE state_name = '${stateNames.scheduled}'`,
  ];
}
