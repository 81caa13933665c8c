import { formatTimestamp } from "@ostinato/core";
import type { GlobalConcurrencyLimit } from "@ostinato/protocol";
import type { LimitRow } from "./limits.queries.ts";

export function presentLimit(row: LimitRow): GlobalConcurrencyLimit {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    active: row.active === 1,
    name: row.name,
    limit: row.max_slots,
    active_slots: row.active_slots,
    slot_decay_per_second: row.slot_decay_per_second,
  };
}
