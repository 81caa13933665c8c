import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { SlotLease, SlotRequest } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { Locked, refused } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { filledNow, secondsUntilFree } from "./filling.rules.ts";
import { noteFreed } from "./freed.ts";
import { emptyLeaseId, isEmptyLease } from "./lease-ids.rules.ts";
import * as leases from "./leases.queries.ts";
import * as queries from "./limits.queries.ts";
import { slotsAhead } from "./line.rules.ts";
import { retryAfterSeconds } from "./retry-after.rules.ts";
import * as waiters from "./waiters.queries.ts";

/** The length of a lease whose client asks for none, as in Prefect. */
const leaseSeconds = 300;

/** How much longer than it is told to a waiter may take to ask again and keep its place in line. */
const patienceSeconds = 5;

/** Who is woken when slots become free asks by itself so often, however long it still has to wait. */
const wokenRetrySeconds = 10;

type Wanted = Omit<SlotRequest, "lease_duration"> & {
  /** Null for slots that are given back by the names of their limits. */
  readonly seconds: number | null;
};

/** Takes slots of all limits among the names, or of none. A name without a limit limits nothing. */
export async function takeSlots(context: Context, request: SlotRequest): Promise<SlotLease> {
  const { lease_duration: seconds, ...wanted } = request;
  return takeWanted(context, { ...wanted, seconds: seconds ?? leaseSeconds });
}

/** The same without a lease: whoever takes them gives them back by the names of the limits. */
export async function takeByName(context: Context, request: Omit<SlotRequest, "lease_duration" | "holder">) {
  return (await takeWanted(context, { ...request, seconds: null })).limits;
}

async function takeWanted(context: Context, wanted: Wanted): Promise<SlotLease> {
  const names = [...new Set(wanted.names)];
  const now = context.clock.now();
  const isKnown =
    (wanted.keyed !== null && wanted.keyed !== undefined) ||
    (await queries.limitsByNames(context.db.read, names, now)).length > 0;
  if (!isKnown) return { lease_id: emptyLeaseId(timeOrderedId(now)), limits: [] };
  const taking = await unit(context, (unit) => takeIn(unit, { ...wanted, names }));
  if (taking.retryAfter !== undefined) throw new Locked(taking.retryAfter);
  return taking.lease;
}

interface Taking {
  readonly lease: SlotLease;
  /** Seconds; undefined where the slots are taken. */
  readonly retryAfter: number | undefined;
}

async function takeIn(unit: Unit, wanted: Wanted): Promise<Taking> {
  const { context, tx } = unit;
  const now = context.clock.now();
  await putKeyed(unit, wanted, now);
  const ids = await queries.lockLimitsNamed(tx, wanted.names);
  const limits = (await queries.limitsByIds(tx, ids, now)).filter(({ active }) => active === 1);
  checkRequest(limits, wanted);
  // Whoever asks again because the answer was lost gets the same lease.
  const lease = { lease_id: wanted.waiter_id?.toLowerCase() ?? timeOrderedId(now), limits: limits.map(named) };
  const limitIds = limits.map(({ id }) => id);
  const given = wanted.waiter_id?.toLowerCase();
  if (given !== undefined && (await leases.slotsOfLeases(tx, [given])).length > 0)
    return { lease, retryAfter: undefined };
  if (limits.length === 0) return { lease, retryAfter: undefined };
  const waiterId = wanted.waiter_id?.toLowerCase() ?? wanted.holder?.id.toLowerCase();
  const line = await waiters.waitersOf(tx, limitIds);
  const asked = limits.map((limit) => ({ limit, ahead: slotsAhead(line, { limitId: limit.id, waiterId }) }));
  const full = asked.find(({ limit, ahead }) => limit.max_slots - takenOf(limit, now) - ahead < wanted.slots);
  if (full !== undefined) {
    const retryAfter = waitingSeconds(full, { wanted, now });
    if (waiterId !== undefined) {
      const seconds = (isWoken(wanted) ? wokenRetrySeconds : retryAfter) + patienceSeconds;
      await waiters.putWaiter(tx, { waiterId, holder: holderOf(wanted), limitIds, slots: wanted.slots, seconds, now });
    }
    return { lease, retryAfter };
  }
  if (waiterId !== undefined && line.some(({ waiter_id }) => waiter_id === waiterId)) {
    await waiters.deleteWaiter(tx, waiterId, limitIds);
  }
  await take(unit, { wanted, limits, leaseId: lease.lease_id, now });
  return { lease, retryAfter: undefined };
}

/** Limits of keys are made by those who need them, with what their code says. */
async function putKeyed({ tx }: Unit, { names, keyed }: Wanted, now: Timestamp): Promise<void> {
  if (keyed === null || keyed === undefined) return;
  const decayPerSecond = keyed.slot_decay_per_second ?? 0;
  for (const name of names.toSorted()) {
    await queries.putLimit(tx, {
      id: timeOrderedId(now),
      name,
      maxSlots: keyed.limit,
      now,
      decayPerSecond,
      keyed: true,
    });
  }
}

function checkRequest(limits: readonly queries.LimitRow[], { slots, mode }: Wanted): void {
  if (limits.some(({ max_slots }) => slots > max_slots)) {
    throw refused("TOO_MANY_SLOTS", "Slots requested is greater than the limit");
  }
  const steady = limits.filter(({ slot_decay_per_second }) => slot_decay_per_second === 0).map(({ name }) => name);
  if (mode === "rate_limit" && steady.length > 0) {
    throw refused(
      "NOT_A_RATE",
      `Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: '${steady.join(",")}'`,
    );
  }
}

/** What is taken of the limit, with parts of slots where they become free bit by bit. */
function takenOf(limit: queries.LimitRow, now: Timestamp): number {
  return limit.slot_decay_per_second > 0 ? filledNow(limit, now) : limit.active_slots;
}

interface Full {
  readonly limit: queries.LimitRow;
  /** The slots that go to others first. */
  readonly ahead: number;
}

function waitingSeconds({ limit, ahead }: Full, { wanted, now }: { wanted: Wanted; now: Timestamp }): number {
  const slots = wanted.slots + ahead;
  if (limit.slot_decay_per_second > 0) return Math.max(0.01, secondsUntilFree(limit, slots, now));
  // Whoever is woken needs to ask seldom. Others come again when a slot may be free.
  if (isWoken(wanted)) return wokenRetrySeconds;
  return retryAfterSeconds(limit, { slots, random: Math.random });
}

/** Whoever names its place in the line listens for it. */
function isWoken({ waiter_id }: Wanted): boolean {
  return waiter_id !== null && waiter_id !== undefined;
}

interface Take {
  readonly wanted: Wanted;
  readonly limits: readonly queries.LimitRow[];
  readonly leaseId: string;
  readonly now: Timestamp;
}

async function take({ tx, later }: Unit, { wanted, limits, leaseId, now }: Take): Promise<void> {
  const { slots, seconds } = wanted;
  for (const limit of limits) {
    if (limit.slot_decay_per_second === 0) continue;
    await queries.updateLimit(tx, limit.id, { filled: filledNow(limit, now) + slots, filled_at: now });
  }
  // Slots that become free by themselves need no holder, unless they are given back earlier.
  const isRate = wanted.mode === "rate_limit" && limits.every((limit) => limit.slot_decay_per_second > 0);
  if (isRate && seconds === null) return;
  await leases.putLease(later, { leaseId, holder: holderOf(wanted), seconds, now });
  await leases.putSlots(later, { leaseId, limitIds: limits.map(({ id }) => id), slots });
}

function holderOf({ holder }: Wanted): leases.Holder | null {
  return holder === null || holder === undefined ? null : { ...holder, id: holder.id.toLowerCase() };
}

function named({ id, name, max_slots }: queries.LimitRow) {
  return { id, name, limit: max_slots };
}

/** Giving back what is not held any more changes nothing. Whoever still waits for the slots leaves the line. */
export async function giveSlotsBack(context: Context, leaseId: string): Promise<void> {
  if (isEmptyLease(leaseId)) return;
  const id = leaseId.toLowerCase();
  await unit(context, async (unit) => {
    if (await giveBack(unit, [id])) return;
    noteFreed(unit, await waiters.deleteWaiterOfAll(unit.tx, id));
  });
}

/** Ends leases and frees their slots; false where they held none. */
export async function giveBack(unit: Unit, leaseIds: readonly string[]): Promise<boolean> {
  const { context, tx } = unit;
  const now = context.clock.now();
  const slots = await leases.slotsOfLeases(tx, leaseIds);
  const limitIds = [...new Set(slots.map(({ limit_id }) => limit_id))].toSorted();
  if (limitIds.length > 0) await queries.lockLimits(tx, limitIds);
  const limits = new Map((await queries.limitsByIds(tx, limitIds, now)).map((limit) => [limit.id, limit]));
  for (const { limit_id, slots: given, since } of slots) {
    const limit = limits.get(limit_id);
    if (limit === undefined) continue;
    await queries.updateLimit(tx, limit_id, afterGivingBack(limit, { given, since, now }));
  }
  await leases.deleteLeases(tx, leaseIds);
  noteFreed(unit, limitIds);
  return limitIds.length > 0;
}

interface Given {
  readonly given: number;
  readonly since: Timestamp;
  readonly now: Timestamp;
}

/** How long slots are held is averaged over about twice as many of them as the limit has. */
function afterGivingBack(limit: queries.LimitRow, { given, since, now }: Given) {
  const seconds = Math.max(0, (now - since) / 1e6);
  const average = limit.avg_slot_occupancy_seconds;
  const weight = Math.min(1, 1 / Math.max(1, 2 * limit.max_slots));
  const observed = { avg_slot_occupancy_seconds: average + (seconds - average) * weight, updated: now };
  if (limit.slot_decay_per_second === 0) return observed;
  return { ...observed, filled: Math.max(0, filledNow(limit, now) - given), filled_at: now };
}

/** Gives back slots of these limits that were taken without a lease, the earliest first. */
export async function giveBackByName(context: Context, names: readonly string[], slots: number) {
  return unit(context, async (unit) => {
    const { tx } = unit;
    const now = context.clock.now();
    const ids = await queries.lockLimitsNamed(tx, [...new Set(names)]);
    const limits = await queries.limitsByIds(tx, ids, now);
    for (const limit of limits.filter(({ active }) => active === 1)) {
      const emptied = { filled: Math.max(0, filledNow(limit, now) - slots), filled_at: now };
      if (limit.slot_decay_per_second > 0) await queries.updateLimit(tx, limit.id, emptied);
      await leases.shrinkLeases(tx, { limitId: limit.id, slots, anonymous: true });
    }
    noteFreed(unit, ids);
    return limits.map(named);
  });
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
