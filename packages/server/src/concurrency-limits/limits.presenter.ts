import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { GlobalConcurrencyLimit, NewConcurrencyLimit } from "@ostinato/protocol";
import { lifecycleEvent } from "../kernel/lifecycle-event.ts";
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

export function presentNewLimit(row: LimitRow): NewConcurrencyLimit {
  const { denied_slots, avg_slot_occupancy_seconds } = row;
  return { ...presentLimit(row), denied_slots: Math.round(denied_slots), avg_slot_occupancy_seconds };
}

/** The event that tells what became of a limit, as Prefect's automations expect it. */
export function limitEvent(action: "created" | "updated" | "deleted", row: LimitRow, occurred: Timestamp) {
  const { id, name, max_slots, active, slot_decay_per_second } = row;
  const payload = { name, limit: max_slots, active: active === 1, slot_decay_per_second };
  return lifecycleEvent({ noun: "concurrency-limit", action, id, name, occurred, payload });
}
