import type { ColumnTypes } from "../columns.ts";

/**
 * What workers of a pool are to clean up after runs. A row waits while it has no `reservation_token`; with one it is a worker's until
 * `lease_ends_at`, by `lease_clock`. It is deleted when it is done.
 */
export function up({ uuid, moment, integer, json }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE clean_up (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL,
      work_pool_id ${uuid} NOT NULL REFERENCES work_pool ON DELETE CASCADE, work_queue_id ${uuid}, kind text NOT NULL,
      target ${json} NOT NULL, delivery_count ${integer} NOT NULL DEFAULT 0, reservation_token text, lease_ends_at ${moment})`,
    "CREATE INDEX clean_up_waiting ON clean_up (work_pool_id, id) WHERE reservation_token IS NULL",
    "CREATE INDEX clean_up_lease ON clean_up (lease_ends_at) WHERE reservation_token IS NOT NULL",
  ];
}
