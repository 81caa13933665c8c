import { timeOrderedId } from "@ostinato/core";
import type { GlobalConcurrencyLimit, SlotLease, SlotRequest } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { Locked, refused } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { emptyLeaseId, isEmptyLease } from "./lease-ids.rules.ts";
import * as leases from "./leases.queries.ts";
import { presentLimit } from "./limits.presenter.ts";
import * as queries from "./limits.queries.ts";
import { retryAfterSeconds } from "./retry-after.rules.ts";

/** The length of a lease whose client asks for none, as in Prefect. */
const leaseSeconds = 300;

/** The limits by their ids. */
export async function limitsByIds(
  reader: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GlobalConcurrencyLimit>> {
  const rows = await queries.limitsByIds(reader, ids);
  return new Map(rows.map((row) => [row.id, presentLimit(row)]));
}

/** Gives a deployment that exists a limit of its own, changes it, or with null takes it away. */
export async function limitOfDeployment(
  { context, tx, followUp }: Unit,
  id: string,
  limit: number | null,
): Promise<void> {
  const name = `deployment:${id}`;
  const now = context.clock.now();
  if (limit === null) await queries.deleteLimit(tx, name);
  else {
    const limitId = await queries.putLimit(tx, { id: timeOrderedId(now), name, maxSlots: limit, now });
    await queries.setLimitOfDeployment(tx, id, limitId);
  }
  followUp(lineOfDeployment, [id]);
}

/** The follow-up for runs that wait in line: slots have become free. */
export const lineOfDeployment = "line of deployment";

/** Takes slots of all limits among the names, or of none. A name without a limit limits nothing. */
export async function takeSlots(context: Context, request: SlotRequest): Promise<SlotLease> {
  const names = [...new Set(request.names)];
  const known = await queries.limitsByNames(context.db.read, names);
  if (known.length === 0) return { lease_id: emptyLeaseId(timeOrderedId(context.clock.now())), limits: [] };
  const { lease, full } = await unit(context, (unit) => takeIn(unit, names, request));
  if (full !== undefined) {
    throw new Locked(retryAfterSeconds(full, { slots: request.slots, random: Math.random }));
  }
  return lease;
}

interface Taking {
  readonly lease: SlotLease;
  /** The first limit that has too few free slots. */
  readonly full?: queries.LimitRow | undefined;
}

async function takeIn({ context, tx, later }: Unit, names: readonly string[], request: SlotRequest): Promise<Taking> {
  const { slots, holder = null, lease_duration: seconds } = request;
  const now = context.clock.now();
  const ids = await queries.lockLimitsNamed(tx, names);
  const limits = (await queries.limitsByIds(tx, ids)).filter(({ active }) => active === 1);
  const lease = { lease_id: timeOrderedId(now), limits: limits.map(named) };
  if (limits.some(({ max_slots }) => slots > max_slots)) {
    throw refused("TOO_MANY_SLOTS", "Slots requested is greater than the limit");
  }
  const full = limits.find(({ active_slots, max_slots }) => active_slots + slots > max_slots);
  if (full !== undefined) return { lease, full };
  const by = holder === null ? null : { ...holder, id: holder.id.toLowerCase() };
  await leases.putLease(later, { leaseId: lease.lease_id, holder: by, seconds: seconds ?? leaseSeconds, now });
  if (limits.length > 0) await leases.putSlots(later, { leaseId: lease.lease_id, limitIds: limits.map(idOf), slots });
  return { lease };
}

function named({ id, name, max_slots }: queries.LimitRow) {
  return { id, name, limit: max_slots };
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}

/** Giving back what is not held any more changes nothing. */
export async function giveSlotsBack(context: Context, leaseId: string): Promise<void> {
  if (isEmptyLease(leaseId)) return;
  await unit(context, async (unit) => noteFreed(unit, await leases.deleteLease(unit.tx, leaseId.toLowerCase())));
}

/** Keeps the slots of a lease that has not ended. */
export async function renewLease(context: Context, id: string, seconds: number | null = null): Promise<void> {
  if (isEmptyLease(id)) return;
  const leaseId = id.toLowerCase();
  const renewed = await unit(context, async ({ tx }) => {
    const limits = await leases.limitsOfLease(tx, leaseId);
    // Whoever takes slots decides by the ends of leases: not while one of them is being moved.
    if (limits.length > 0) await queries.lockLimits(tx, limits);
    return leases.renewLease(tx, leaseId, seconds ?? leaseSeconds);
  });
  if (!renewed) throw refused("LEASE_ENDED", "Lease not found - it may have expired or been revoked");
}

/** Has the runs that wait for slots of these limits looked at, once the unit is durable. */
export function noteFreed({ followUp }: Unit, limitIds: readonly string[]): void {
  if (limitIds.length > 0) followUp(lineOfLimit, limitIds);
}

/** The same by the id of a limit. */
export const lineOfLimit = "line of limit";
