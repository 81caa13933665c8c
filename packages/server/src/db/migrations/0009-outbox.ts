import type { ColumnTypes } from "../columns.ts";

/**
 * `outbox` holds the changes that consumers have not handled yet, and is read in the order of `(xid, seq)`. `loop_lease` names
 * the server that runs an exclusive loop.
 */
export function up(types: ColumnTypes): readonly string[] {
  const { uuid, moment, integer, sequence, transaction, ownTransaction } = types;
  return [
    `CREATE TABLE outbox (seq ${sequence}, xid ${ownTransaction}, kind text NOT NULL, name text NOT NULL, ref text NOT NULL,
      appended ${moment} NOT NULL)`,
    "CREATE INDEX outbox_order ON outbox (xid, seq)",
    `CREATE TABLE consumer (name text PRIMARY KEY, xid ${transaction} NOT NULL, seq ${moment} NOT NULL,
      updated ${moment} NOT NULL)`,
    `CREATE TABLE failed_delivery (id ${uuid} PRIMARY KEY, consumer text NOT NULL, seq ${moment} NOT NULL,
      kind text NOT NULL, name text NOT NULL, ref text NOT NULL, attempts ${integer} NOT NULL, reason text NOT NULL,
      first_failed ${moment} NOT NULL, last_failed ${moment} NOT NULL, due ${moment}, UNIQUE (consumer, seq))`,
    "CREATE INDEX failed_delivery_due ON failed_delivery (consumer, due) WHERE due IS NOT NULL",
    `CREATE TABLE loop_lease (name text PRIMARY KEY, holder ${uuid} NOT NULL, beat ${moment} NOT NULL)`,
  ];
}
