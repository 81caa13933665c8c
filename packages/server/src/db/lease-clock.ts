import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Writer } from "./dialect.ts";

/**
 * The time by which leases end, in microseconds. It is kept in the database and goes on only while a server hears its clients. So
 * neither wrong clocks nor the time in which nobody could have renewed a lease count against its holder.
 */
export const leaseTime: RawBuilder<number> = sql`coalesce((SELECT lease_clock.elapsed FROM lease_clock), 0)`;

/** Whether a lease is in force. What has ended counts as free, whether or not it has been removed. */
export function holdsNow(lease: string): RawBuilder<SqlBool> {
  const endsAt = sql.ref(`${lease}.ends_at`);
  return sql`(${endsAt} IS NULL OR ${endsAt} > ${leaseTime})`;
}

export async function advanceLeaseClock(tx: Writer, micros: number): Promise<void> {
  await sql`INSERT INTO lease_clock (id, elapsed) VALUES (1, ${micros})
    ON CONFLICT (id) DO UPDATE SET elapsed = lease_clock.elapsed + ${micros}`.execute(tx);
}
