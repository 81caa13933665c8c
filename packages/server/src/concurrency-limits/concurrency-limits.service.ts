import { timeOrderedId } from "@ostinato/core";
import type { SlotLease, SlotRequest } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";

/**
 * Clients ask for slots before each task with tags, whether limits exist or not. No limit can be created on this server yet, so
 * none of the names has one: as everywhere in Prefect, names without a limit are granted at once. The lease holds nothing;
 * renewing it and giving it back succeed, and nothing is kept of it. The slice with limits in tables takes the place of
 * this file and keeps the contracts.
 */
export function takeSlots({ clock }: Pick<Context, "clock">, _request: SlotRequest): SlotLease {
  return { lease_id: timeOrderedId(clock.now()), limits: [] };
}
