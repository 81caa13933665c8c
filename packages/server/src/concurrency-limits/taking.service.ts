import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { SlotLease, SlotRequest } from "@ostinato/protocol";
import type { Bus } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import { Locked, refused } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { filledNow, secondsUntilFree } from "./filling.rules.ts";
import { noteChanged, noteFreed } from "./freed.ts";
import { KnownLimits } from "./known-limits.ts";
import { emptyLeaseId, isEmptyLease } from "./lease-ids.rules.ts";
import * as leases from "./leases.queries.ts";
import * as queries from "./limits.queries.ts";
import { retryAfterSeconds } from "./retry-after.rules.ts";
import { type Full, SlotBoard } from "./slot-board.ts";
import { slotTurns } from "./slot-turns.ts";
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
  const { known } = ofServer(context);
  const ids = known.ofNames(names) ?? (await findLimits(context, names));
  if (ids.length === 0 && !isKeyed(wanted)) return leaseOfNothing(context.clock.now());
  const subject = ids.length < names.length ? names.toSorted() : ids;
  const answer = await inTurn(context, subject, { does: "take", wanted: { ...wanted, names } });
  if (answer instanceof Error) throw answer;
  known.rememberLease(
    answer.lease_id,
    answer.limits.map(({ id }) => id),
  );
  return answer;
}

async function findLimits(context: Context, names: readonly string[]): Promise<readonly string[]> {
  const limits = await queries.limitsWithNames(context.db.read, names);
  ofServer(context).known.rememberNames(limits);
  return limits.map(({ id }) => id);
}

function leaseOfNothing(now: Timestamp): SlotLease {
  return { lease_id: emptyLeaseId(timeOrderedId(now)), limits: [] };
}

function isKeyed({ keyed }: Wanted): boolean {
  return keyed !== null && keyed !== undefined;
}

/** Giving back what is not held any more changes nothing. Whoever still waits for the slots leaves the line. */
export async function giveSlotsBack(context: Context, leaseId: string): Promise<void> {
  if (isEmptyLease(leaseId)) return;
  const id = leaseId.toLowerCase();
  const known = ofServer(context).known.forgetLease(id);
  const limitIds = known ?? (await leases.limitsOfLease(context.db.read, id));
  if (limitIds.length > 0) {
    const answer = await inTurn(context, limitIds, { does: "give", leaseId: id, limitIds });
    if (answer instanceof Error) throw answer;
    if (answer.limits.length > 0) return;
  }
  await unit(context, (unit) => giveBackOrLeave(unit, id));
}

/** One that waited may have got its slots meanwhile. */
async function giveBackOrLeave(unit: Unit, id: string): Promise<void> {
  if (await giveBack(unit, [id])) return;
  noteFreed(unit, await waiters.deleteWaiterOfAll(unit.tx, id));
}

type Call =
  | { readonly does: "take"; readonly wanted: Wanted }
  | { readonly does: "give"; readonly leaseId: string; readonly limitIds: readonly string[] };

/**
 * The limits whose slots were taken or given back. An error is for this caller alone: the others of the turn get what they ask for.
 */
type Answer = SlotLease | Error;

interface Asked {
  readonly context: Context;
  readonly call: Call;
}

interface OfServer {
  readonly turns: ReturnType<typeof slotTurns<Asked, Answer>>;
  readonly known: KnownLimits;
}

/** By the bus of the server, which all requests share. */
const servers = new WeakMap<Bus, OfServer>();

function ofServer(context: Context): OfServer {
  let own = servers.get(context.bus);
  if (own === undefined) {
    const turns = slotTurns<Asked, Answer>(async (asked) => {
      const calls = asked.map(({ call }) => call);
      // What slots need of a context is the same for all requests.
      return unit(asked[0]?.context ?? context, (unit) => inOneUnit(unit, calls));
    });
    own = { turns, known: new KnownLimits() };
    servers.set(context.bus, own);
  }
  return own;
}

function inTurn(context: Context, subject: readonly string[], call: Call): Promise<Answer> {
  return ofServer(context).turns(subject.join("\n"), { context, call });
}

/** Ends leases and frees their slots; false where they held none. */
export async function giveBack(unit: Unit, leaseIds: readonly string[]): Promise<boolean> {
  const byLease = Map.groupBy(await leases.slotsOfLeases(unit.tx, leaseIds), ({ lease_id }) => lease_id);
  const calls = [...byLease].map(([leaseId, slots]) => {
    return { does: "give", leaseId, limitIds: slots.map(({ limit_id }) => limit_id) } as const;
  });
  if (calls.length > 0) await inOneUnit(unit, calls);
  return calls.length > 0;
}

/** The same for leases that have to be in force until this moment; refused where one of them is not. */
export async function giveBackHeld(unit: Unit, leaseIds: readonly string[]): Promise<void> {
  if (leaseIds.length === 0) return;
  const { tx } = unit;
  const limitIds = (await leases.slotsOfLeases(tx, leaseIds)).map(({ limit_id }) => limit_id);
  // Nobody takes the slot of a lease that ends while this one is decided.
  if (limitIds.length > 0) await queries.lockLimits(tx, limitIds);
  const held = await leases.slotsOfLeases(tx, leaseIds);
  const inForce = new Set(held.filter(({ in_force }) => in_force === 1).map(({ lease_id }) => lease_id));
  if (leaseIds.some((id) => !inForce.has(id))) throw leaseEnded();
  await giveBack(unit, leaseIds);
}

interface Turn {
  readonly context: Context;
  readonly board: SlotBoard;
  readonly now: Timestamp;
  /** What comes of the turn beside the slots on the board. */
  readonly leases: leases.Taken[];
  readonly waiting: waiters.NewWaiter[];
  readonly served: { readonly waiterId: string; readonly limitIds: readonly string[] }[];
}

/** Decides all calls on what is found when their limits are held, and writes what comes of it at once. */
async function inOneUnit(unit: Unit, calls: readonly Call[]): Promise<Answer[]> {
  const { context, tx } = unit;
  const now = context.clock.now();
  const takes = calls.flatMap((call) => (call.does === "take" ? [call.wanted] : []));
  const gives = calls.flatMap((call) => (call.does === "give" ? [call] : []));
  await putKeyed(unit, takes, now);
  const sought = { names: takes.flatMap(({ names }) => names), ids: gives.flatMap(({ limitIds }) => limitIds) };
  const leaseIds = [...gives.map(({ leaseId }) => leaseId), ...takes.flatMap((wanted) => placeOf(wanted) ?? [])];
  // In one round trip. Each statement sees what was committed before it began, so what follows the lock is read under it.
  const [, limits, line, held] = await Promise.all([
    queries.lockLimitsOf(tx, sought),
    queries.limitsSought(tx, sought, now),
    takes.length === 0 ? [] : waiters.waitersOf(tx, sought),
    leases.slotsOfLeases(tx, [...new Set(leaseIds)]),
  ]);
  const board = new SlotBoard({ limits, line, held }, now);
  const turn: Turn = { context, board, now, leases: [], waiting: [], served: [] };
  const freed = new Set<string>();
  const answers = calls.map((call): Answer => {
    if (call.does === "take") return take(turn, call.wanted);
    const held = new Set(board.giveBack(call.leaseId));
    for (const id of held) freed.add(id);
    return { lease_id: call.leaseId, limits: limits.filter(({ id }) => held.has(id)).map(nameOf) };
  });
  await write(unit, turn);
  const ofDeployments = limits.filter(({ id, of_deployments }) => freed.has(id) && of_deployments > 0);
  noteFreed(
    unit,
    [...freed],
    ofDeployments.map(({ id }) => id),
  );
  return answers;
}

/** Limits of keys are made by those who need them, with what their code says. */
async function putKeyed({ tx }: Unit, takes: readonly Wanted[], now: Timestamp): Promise<void> {
  const wanted = new Map<string, queries.NewLimit>();
  for (const { names, keyed } of takes) {
    if (keyed === null || keyed === undefined) continue;
    const decayPerSecond = keyed.slot_decay_per_second ?? 0;
    for (const name of names) {
      wanted.set(name, { id: timeOrderedId(now), name, maxSlots: keyed.limit, now, decayPerSecond, keyed: true });
    }
  }
  for (const name of [...wanted.keys()].toSorted()) {
    const limit = wanted.get(name);
    if (limit !== undefined) await queries.putLimit(tx, limit);
  }
}

function take(turn: Turn, wanted: Wanted): Answer {
  const { board, now } = turn;
  const named = board.limitsNamed(new Set(wanted.names));
  // They were deleted meanwhile.
  if (named.length === 0) return leaseOfNothing(now);
  const limits = named.filter(({ active }) => active === 1);
  const refusal = refusalOf(limits, wanted);
  if (refusal !== undefined) return refusal;
  const place = placeOf(wanted);
  // Whoever asks again because the answer was lost gets the same lease.
  const lease = { lease_id: place ?? timeOrderedId(now), limits: limits.map(nameOf) };
  if (limits.length === 0 || (place !== undefined && board.holds(place))) return lease;
  const waiterId = place ?? wanted.holder?.id.toLowerCase();
  const wasInLine = waiterId !== undefined && board.isInLine(waiterId);
  const { slots, seconds } = wanted;
  const limitIds = limits.map(({ id }) => id);
  // Slots that become free by themselves need no holder, unless they are given back earlier.
  const isRate = wanted.mode === "rate_limit" && limits.every((limit) => limit.slot_decay_per_second > 0);
  const isHeld = !isRate || seconds !== null;
  const full = board.take({ limitIds, slots, leaseId: lease.lease_id, waiterId, isHeld });
  if (full !== undefined) return wait(turn, full, { wanted, limitIds, waiterId });
  if (isHeld) turn.leases.push({ leaseId: lease.lease_id, holder: holderOf(wanted), seconds, now });
  if (wasInLine) turn.served.push({ waiterId, limitIds });
  return lease;
}

/** The place in line that the caller names and is woken at; its lease has the same id. */
function placeOf({ waiter_id }: Wanted): string | undefined {
  return waiter_id?.toLowerCase();
}

function refusalOf(limits: readonly queries.LimitRow[], { slots, mode }: Wanted): Error | undefined {
  if (limits.some(({ max_slots }) => slots > max_slots)) {
    return refused("TOO_MANY_SLOTS", "Slots requested is greater than the limit");
  }
  const steady = limits.filter(({ slot_decay_per_second }) => slot_decay_per_second === 0).map(({ name }) => name);
  if (mode !== "rate_limit" || steady.length === 0) return undefined;
  return refused(
    "NOT_A_RATE",
    `Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: '${steady.join(",")}'`,
  );
}

interface Waiting {
  readonly wanted: Wanted;
  readonly limitIds: readonly string[];
  readonly waiterId: string | undefined;
}

function wait({ board, now, waiting }: Turn, full: Full, { wanted, limitIds, waiterId }: Waiting): Locked {
  const retryAfter = waitingSeconds(full, wanted, now);
  if (waiterId !== undefined) {
    const { slots } = wanted;
    const seconds = (isWoken(wanted) ? wokenRetrySeconds : retryAfter) + patienceSeconds;
    board.standInLine(waiterId, limitIds, slots);
    waiting.push({ waiterId, holder: holderOf(wanted), limitIds, slots, seconds, now });
  }
  return new Locked(retryAfter);
}

function waitingSeconds({ limit, ahead }: Full, wanted: Wanted, now: Timestamp): number {
  const slots = wanted.slots + ahead;
  if (limit.slot_decay_per_second > 0) return Math.max(0.01, secondsUntilFree(limit, slots, now));
  // Whoever is woken needs to ask seldom. Others come again when a slot may be free.
  if (isWoken(wanted)) return wokenRetrySeconds;
  return retryAfterSeconds(limit, { slots, random: Math.random });
}

/** Whoever names its place in the line listens for it. */
function isWoken(wanted: Wanted): boolean {
  return placeOf(wanted) !== undefined;
}

async function write(unit: Unit, { board, leases: put, waiting, served }: Turn): Promise<void> {
  const { later } = unit;
  for (const [id, change] of board.changed) await queries.updateLimit(later, id, change);
  if (board.ended.length > 0) await leases.deleteLeases(later, board.ended);
  const taken = new Set(board.taken.map(({ leaseId }) => leaseId));
  const kept = put.filter(({ leaseId }) => taken.has(leaseId));
  if (kept.length > 0) {
    await leases.putLease(later, ...kept);
    await leases.putSlots(later, ...board.taken);
  }
  for (const { waiterId, limitIds } of served) await waiters.deleteWaiter(later, waiterId, limitIds);
  for (const waiter of waiting) await waiters.putWaiter(later, waiter);
  const touched = [...board.taken, ...waiting].flatMap(({ limitIds }) => limitIds);
  if (touched.length > 0) noteChanged(unit, [...new Set([...touched, ...board.changed.keys()])]);
}

function holderOf({ holder }: Wanted): leases.Holder | null {
  return holder === null || holder === undefined ? null : { ...holder, id: holder.id.toLowerCase() };
}

function nameOf({ id, name, max_slots }: queries.LimitRow) {
  return { id, name, limit: max_slots };
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
    return limits.map(nameOf);
  });
}

/** Keeps the slots of a lease that has not ended. */
export async function renewLease(context: Context, id: string, seconds: number | null = null): Promise<void> {
  if (isEmptyLease(id)) return;
  const leaseId = id.toLowerCase();
  const renewed = await unit(context, async (unit) => {
    const { tx } = unit;
    const limits = await leases.limitsOfLease(tx, leaseId);
    // Whoever takes slots decides by the ends of leases: not while one of them is being moved.
    if (limits.length > 0) await queries.lockLimits(tx, limits);
    noteChanged(unit, limits);
    return leases.renewLease(tx, leaseId, seconds ?? leaseSeconds);
  });
  if (!renewed) throw leaseEnded();
}

function leaseEnded(): Error {
  return refused("LEASE_ENDED", "Lease not found - it may have expired or been revoked");
}
