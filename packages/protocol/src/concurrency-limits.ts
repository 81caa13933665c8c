import type { Static } from "typebox";
import { route } from "./route.ts";
import { Enum, Integer32, Maybe, None, Open, Strict, Type, Uuid } from "./schema.ts";

const leaseSeconds = Maybe(Type.Number({ minimum: 60, maximum: 86_400 }));

/** The holder of the slots, so that they can be released when it is gone. */
export const LeaseHolder = Strict({ type: Enum(["flow_run", "task_run", "deployment"] as const), id: Uuid });
export type LeaseHolder = Static<typeof LeaseHolder>;

export const SlotRequest = Open({
  names: Type.Array(Type.String(), { minItems: 1 }),
  slots: Integer32({ minimum: 1 }),
  mode: Maybe(Enum(["concurrency", "rate_limit"] as const)),
  lease_duration: leaseSeconds,
  holder: Maybe(LeaseHolder),
});
export type SlotRequest = Static<typeof SlotRequest>;

/** The limits among the names that exist. A name without a limit limits nothing. */
export const SlotLease = Open({
  lease_id: Uuid,
  limits: Type.Array(Open({ id: Uuid, name: Type.String(), limit: Type.Integer() })),
});
export type SlotLease = Static<typeof SlotLease>;

const tag = "Concurrency limits";

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
