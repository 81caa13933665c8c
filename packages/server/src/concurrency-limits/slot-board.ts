import { secondsBetween, type Timestamp } from "@ostinato/core";
import { filledNow } from "./filling.rules.ts";
import type { SlotsHeld } from "./leases.queries.ts";
import type { LimitRow } from "./limits.queries.ts";
import { slotsAhead } from "./line.rules.ts";
import type { WaiterRow } from "./waiters.queries.ts";

/** Who would like to have slots of all these limits, or of none. */
export interface Claim {
  readonly limitIds: readonly string[];
  readonly slots: number;
  readonly leaseId: string;
  /** Its place in the lines, where it has one. */
  readonly waiterId: string | undefined;
  /** Whether a lease keeps the slots; without one they become free by themselves alone. */
  readonly isHeld: boolean;
}

/** The limit that has no room, and the slots of it that go to others first. */
export interface Full {
  readonly limit: LimitRow;
  readonly ahead: number;
}

export interface Found {
  readonly limits: readonly LimitRow[];
  readonly line: readonly WaiterRow[];
  readonly held: readonly SlotsHeld[];
}

export type LimitChange = Partial<Pick<LimitRow, "filled" | "filled_at" | "avg_slot_occupancy_seconds" | "updated">>;

export interface TakenSlots {
  readonly leaseId: string;
  readonly limitIds: readonly string[];
  readonly slots: number;
}

/**
 * Limits that a unit of work holds, as they are after what was decided so far: who decides next sees it before it is written.
 */
export class SlotBoard {
  readonly #now: Timestamp;
  readonly #limits: Map<string, LimitRow>;
  readonly #changed = new Map<string, LimitChange>();
  readonly #taken = new Map<string, TakenSlots>();
  readonly #ended = new Set<string>();
  #line: readonly WaiterRow[];
  #held: readonly SlotsHeld[];

  constructor({ limits, line, held }: Found, now: Timestamp) {
    this.#now = now;
    this.#limits = new Map(limits.map((limit) => [limit.id, limit]));
    this.#line = line;
    this.#held = held;
  }

  limitsNamed(names: ReadonlySet<string>): readonly LimitRow[] {
    return [...this.#limits.values()].filter(({ name }) => names.has(name));
  }

  holds(leaseId: string): boolean {
    return this.#taken.has(leaseId) || this.#held.some(({ lease_id }) => lease_id === leaseId);
  }

  isInLine(waiterId: string): boolean {
    return this.#line.some(({ waiter_id }) => waiter_id === waiterId);
  }

  /** The first limit without room; undefined where the slots are taken by this. */
  take({ limitIds, slots, leaseId, waiterId, isHeld }: Claim): Full | undefined {
    const limits = limitIds.flatMap((id) => this.#limits.get(id) ?? []);
    for (const limit of limits) {
      const ahead = slotsAhead(this.#line, { limitId: limit.id, waiterId });
      if (limit.max_slots - this.#takenOf(limit) - ahead < slots) return { limit, ahead };
    }
    this.#line = this.#line.filter(({ waiter_id }) => waiter_id !== waiterId);
    for (const limit of limits) {
      if (limit.slot_decay_per_second === 0) this.#set(limit, { active_slots: limit.active_slots + slots });
      else this.#change(limit, { filled: filledNow(limit, this.#now) + slots, filled_at: this.#now });
    }
    if (isHeld && limits.length > 0) this.#taken.set(leaseId, { leaseId, limitIds, slots });
    return undefined;
  }

  /** Stands in all these lines from now on; where it is in one already it keeps its place. */
  standInLine(waiterId: string, limitIds: readonly string[], slots: number): void {
    const own = new Set(this.#line.filter((waiter) => waiter.waiter_id === waiterId).map(({ limit_id }) => limit_id));
    const more = limitIds.filter((id) => !own.has(id)).map((limit_id) => ({ limit_id, waiter_id: waiterId, slots }));
    this.#line = [...this.#line, ...more];
  }

  /** Ends a lease; the limits whose slots it held, none where it holds nothing any more. */
  giveBack(leaseId: string): readonly string[] {
    const taken = this.#taken.get(leaseId);
    if (taken !== undefined) return this.#undo(taken);
    const own = this.#held.filter(({ lease_id }) => lease_id === leaseId);
    this.#held = this.#held.filter(({ lease_id }) => lease_id !== leaseId);
    for (const { limit_id, slots, since, in_force } of own) {
      const limit = this.#limits.get(limit_id);
      if (limit === undefined) continue;
      if (limit.slot_decay_per_second === 0 && in_force === 1) {
        this.#set(limit, { active_slots: Math.max(0, limit.active_slots - slots) });
      }
      this.#change(limit, afterGivingBack(limit, { slots, since, now: this.#now }));
    }
    if (own.length > 0) this.#ended.add(leaseId);
    return own.map(({ limit_id }) => limit_id);
  }

  #undo({ leaseId, limitIds, slots }: TakenSlots): readonly string[] {
    this.#taken.delete(leaseId);
    for (const id of limitIds) {
      const limit = this.#limits.get(id);
      if (limit === undefined) continue;
      if (limit.slot_decay_per_second === 0) this.#set(limit, { active_slots: limit.active_slots - slots });
      else this.#change(limit, { filled: Math.max(0, filledNow(limit, this.#now) - slots), filled_at: this.#now });
    }
    return limitIds;
  }

  get changed(): ReadonlyMap<string, LimitChange> {
    return this.#changed;
  }

  get taken(): readonly TakenSlots[] {
    return [...this.#taken.values()];
  }

  get ended(): readonly string[] {
    return [...this.#ended];
  }

  /** What is taken of the limit, with parts of slots where they become free bit by bit. */
  #takenOf(limit: LimitRow): number {
    return limit.slot_decay_per_second > 0 ? filledNow(limit, this.#now) : limit.active_slots;
  }

  #change(limit: LimitRow, change: LimitChange): void {
    this.#set(limit, change);
    this.#changed.set(limit.id, { ...this.#changed.get(limit.id), ...change });
  }

  #set({ id }: LimitRow, change: Partial<LimitRow>): void {
    const limit = this.#limits.get(id);
    if (limit !== undefined) this.#limits.set(id, { ...limit, ...change });
  }
}

interface Given {
  readonly slots: number;
  readonly since: Timestamp;
  readonly now: Timestamp;
}

/** How long slots are held is averaged over about twice as many of them as the limit has. */
function afterGivingBack(limit: LimitRow, { slots, since, now }: Given) {
  const seconds = Math.max(0, secondsBetween(since, now));
  const average = limit.avg_slot_occupancy_seconds;
  const weight = Math.min(1, 1 / Math.max(1, 2 * limit.max_slots));
  const observed = { avg_slot_occupancy_seconds: average + (seconds - average) * weight, updated: now };
  if (limit.slot_decay_per_second === 0) return observed;
  return { ...observed, filled: Math.max(0, filledNow(limit, now) - slots), filled_at: now };
}
