import type { Static } from "typebox";
import { route } from "./route.ts";
import {
  Enum,
  Indexed,
  Integer32,
  Limit,
  Maybe,
  Moment,
  maxIndexedBytes,
  None,
  Offset,
  Open,
  Seconds,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

const leaseSeconds = Maybe(Type.Number({ minimum: 60, maximum: 86_400 }));
const Slots = Integer32({ minimum: 1 });
const Names = Type.Array(Type.String(), { minItems: 1, maxItems: 500 });
const count = Integer32({ minimum: 0 });

/** A named limit of slots; that of a deployment is named `deployment:<id>`, that of a tag `tag:<tag>`. */
export const GlobalConcurrencyLimit = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  active: Type.Boolean(),
  name: Type.String(),
  limit: Type.Integer(),
  active_slots: Type.Integer(),
  slot_decay_per_second: Type.Number(),
});
export type GlobalConcurrencyLimit = Static<typeof GlobalConcurrencyLimit>;

/** The same, as its creation is answered. */
export const NewConcurrencyLimit = Open({
  ...GlobalConcurrencyLimit.properties,
  denied_slots: Type.Integer(),
  avg_slot_occupancy_seconds: Type.Number(),
});
export type NewConcurrencyLimit = Static<typeof NewConcurrencyLimit>;

const LimitName = Indexed(Type.String({ pattern: "^[^/%&><]+$", maxLength: maxIndexedBytes }));

/** `slot_decay_per_second` above 0 makes it a rate: slots become free by themselves, so many a second. */
export const ConcurrencyLimitCreate = Strict({
  name: LimitName,
  limit: count,
  active: Type.Optional(Type.Boolean()),
  active_slots: Type.Optional(count),
  denied_slots: Type.Optional(count),
  slot_decay_per_second: Type.Optional(Seconds({ minimum: 0 })),
});
export type ConcurrencyLimitCreate = Static<typeof ConcurrencyLimitCreate>;

/** Writes only the fields that are present. `active_slots` frees slots, the earliest taken first, or takes some without a holder. */
export const ConcurrencyLimitUpdate = Strict({
  name: Maybe(LimitName),
  limit: Maybe(count),
  active: Maybe(Type.Boolean()),
  active_slots: Maybe(count),
  denied_slots: Maybe(count),
  slot_decay_per_second: Maybe(Seconds({ minimum: 0 })),
});
export type ConcurrencyLimitUpdate = Static<typeof ConcurrencyLimitUpdate>;

/** The holder of the slots, so that they can be released when it is gone. */
export const LeaseHolder = Strict({ type: Enum(["flow_run", "task_run", "deployment"] as const), id: Uuid });
export type LeaseHolder = Static<typeof LeaseHolder>;

const slotModes = ["concurrency", "rate_limit"] as const;

export const SlotRequest = Open({
  names: Names,
  slots: Slots,
  mode: Maybe(Enum(slotModes)),
  lease_duration: leaseSeconds,
  holder: Maybe(LeaseHolder),
  /** Ours: who waits, where it is not the holder. Whoever asks again by the same id keeps its place in line. */
  waiter_id: Maybe(Uuid),
  /** Ours: the limit of names that belong to a key of a flow or a task. They are made where they are not there. */
  keyed: Maybe(Strict({ limit: Slots, slot_decay_per_second: Maybe(Seconds({ minimum: 0 })) })),
});
export type SlotRequest = Static<typeof SlotRequest>;

const NamedLimit = Open({ id: Uuid, name: Type.String(), limit: Type.Integer() });

/** The limits among the names that exist. A name without a limit limits nothing. */
export const SlotLease = Open({ lease_id: Uuid, limits: Type.Array(NamedLimit) });
export type SlotLease = Static<typeof SlotLease>;

const tag = "Concurrency limits";
const IdOrName = Open({ id_or_name: Type.String() });

export const createConcurrencyLimit = route({
  method: "POST",
  path: "/v2/concurrency_limits/",
  access: "edit",
  summary: "Create a concurrency limit",
  tag,
  body: ConcurrencyLimitCreate,
  replies: { 201: NewConcurrencyLimit },
});

export const readConcurrencyLimit = route({
  method: "GET",
  path: "/v2/concurrency_limits/{id_or_name}",
  access: "read",
  summary: "Read a concurrency limit",
  tag,
  params: IdOrName,
  replies: { 200: GlobalConcurrencyLimit },
});

export const filterConcurrencyLimits = route({
  method: "POST",
  path: "/v2/concurrency_limits/filter",
  access: "read",
  summary: "List concurrency limits by name",
  tag,
  body: Open({ limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(GlobalConcurrencyLimit) },
});

export const updateConcurrencyLimit = route({
  method: "PATCH",
  path: "/v2/concurrency_limits/{id_or_name}",
  access: "edit",
  summary: "Change a concurrency limit",
  tag,
  params: IdOrName,
  body: ConcurrencyLimitUpdate,
  replies: { 204: None },
});

export const deleteConcurrencyLimit = route({
  method: "DELETE",
  path: "/v2/concurrency_limits/{id_or_name}",
  access: "edit",
  summary: "Delete a concurrency limit",
  tag,
  params: IdOrName,
  replies: { 204: None },
});

/** The slots end when the same names are decremented. */
export const incrementSlots = route({
  method: "POST",
  path: "/v2/concurrency_limits/increment",
  access: "run",
  summary: "Take slots of concurrency limits until they are given back by name; 423 where too few are free",
  tag,
  body: Open({
    names: Names,
    slots: Slots,
    mode: Maybe(Enum(slotModes)),
    create_if_missing: Maybe(Type.Boolean()),
    waiter_id: SlotRequest.properties.waiter_id,
    keyed: SlotRequest.properties.keyed,
  }),
  replies: { 200: Type.Array(NamedLimit) },
});

export const decrementSlots = route({
  method: "POST",
  path: "/v2/concurrency_limits/decrement",
  access: "run",
  summary: "Give back slots that were taken without a lease",
  tag,
  body: Open({
    names: Names,
    slots: Slots,
    occupancy_seconds: Maybe(Seconds()),
    create_if_missing: Maybe(Type.Boolean()),
  }),
  replies: { 200: Type.Array(NamedLimit) },
});

export const takeSlots = route({
  method: "POST",
  path: "/v2/concurrency_limits/increment-with-lease",
  access: "run",
  summary: "Take slots of concurrency limits for as long as the lease is renewed; 423 where too few are free",
  tag,
  body: SlotRequest,
  replies: { 200: SlotLease },
});

export const giveSlotsBack = route({
  method: "POST",
  path: "/v2/concurrency_limits/decrement-with-lease",
  access: "run",
  summary: "Give back the slots of a lease",
  tag,
  body: Open({ lease_id: Uuid }),
  replies: { 204: None },
});

export const renewLease = route({
  method: "POST",
  path: "/v2/concurrency_limits/leases/{id}/renew",
  access: "run",
  summary: "Keep the slots of a lease for longer",
  tag,
  params: Open({ id: Uuid }),
  body: Open({ lease_duration: leaseSeconds }),
  bodyOptional: true,
  replies: { 204: None },
});

/**
 * The message of a client on `/concurrency/wake`: these wait for slots, by their `waiter_id` or the id of their holder. A later message
 * replaces the one before.
 */
export const SlotWakingRequest = Open({
  type: Type.Literal("subscribe"),
  waiter_ids: Type.Array(Uuid, { maxItems: 5000 }),
});
export type SlotWakingRequest = Static<typeof SlotWakingRequest>;

/**
 * Messages of the server. `free` is a hint, which may come without need, or in rare cases not at all: slots have become free, and this
 * waiter is among the first in line. It asks for its slots then, and at long intervals.
 */
export type SlotWakingMessage =
  | { readonly type: "subscribed"; readonly waiter_ids: readonly string[] }
  | { readonly type: "free"; readonly waiter_id: string };
