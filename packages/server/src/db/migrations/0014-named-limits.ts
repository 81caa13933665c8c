import type { ColumnTypes } from "../columns.ts";

/**
 * Limits by name. A limit whose slots become free by themselves is filled to `filled` at `filled_at`, and is emptied by
 * `slot_decay_per_second`. `keyed` limits belong to a key of a flow or a task and go when nobody has needed them for a while.
 * Whoever waits for slots has a row for each limit, until it has them or has not asked for a while: `ends_at` is a time of `lease_clock`.
 */
export function up({ uuid, moment, integer, flag, real }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE concurrency_limit ADD COLUMN filled ${real} NOT NULL DEFAULT 0`,
    `ALTER TABLE concurrency_limit ADD COLUMN filled_at ${moment}`,
    `ALTER TABLE concurrency_limit ADD COLUMN keyed ${flag} NOT NULL DEFAULT 0`,
    "CREATE INDEX concurrency_limit_keyed ON concurrency_limit (updated, id) WHERE keyed = 1",
    `CREATE TABLE concurrency_waiter (limit_id ${uuid} NOT NULL REFERENCES concurrency_limit ON DELETE CASCADE,
      waiter_id ${uuid} NOT NULL, created ${moment} NOT NULL, holder_type text, holder_id ${uuid}, slots ${integer} NOT NULL,
      ends_at ${moment} NOT NULL, PRIMARY KEY (limit_id, waiter_id))`,
    "CREATE INDEX concurrency_waiter_end ON concurrency_waiter (ends_at)",
    "CREATE INDEX concurrency_waiter_holder ON concurrency_waiter (holder_id) WHERE holder_id IS NOT NULL",
  ];
}
