import type { CleanUpStatus } from "@ostinato/protocol";

/** So often a clean-up is given to a worker. */
const maxDeliveries = 3;

/** A clean-up as it is when a worker says something about it. */
export interface CleanUpNow {
  readonly poolId: string;
  /** Null while nobody has it. */
  readonly token: string | null;
  /** Whether the time of the reservation has passed. */
  readonly isOver: boolean;
  readonly deliveries: number;
}

export interface Refusal {
  readonly status: Exclude<CleanUpStatus, "accepted">;
  readonly reason: string;
}

/** Why a worker that shows this token may not act on the clean-up. Statuses and reasons are Prefect's. */
export function refusalOf(
  now: CleanUpNow | undefined,
  shown: { readonly poolId: string; readonly token: string },
): Refusal | undefined {
  if (now === undefined) return { status: "not_found", reason: "message_not_found" };
  if (now.poolId !== shown.poolId) return { status: "unauthorized", reason: "work_pool_mismatch" };
  if (now.token === null) return { status: "not_current", reason: "no_active_reservation" };
  if (now.token !== shown.token) return { status: "invalid_token", reason: "reservation_token_mismatch" };
  if (!now.isOver) return undefined;
  return isLast(now) ? givenUp : { status: "expired", reason: "lease_expired" };
}

export const givenUp: Refusal = { status: "dead_lettered", reason: "max_delivery_attempts_reached" };

/** Whether a clean-up that comes back now is given to nobody any more. */
export function isLast({ deliveries }: Pick<CleanUpNow, "deliveries">): boolean {
  return deliveries >= maxDeliveries;
}
