import { randomBytes } from "node:crypto";
import { addSeconds, formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { CleanUpMessage, CleanUpOperation, CleanUpResult } from "@ostinato/protocol";
import { readPlainJson, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as queries from "./clean-ups.queries.ts";
import { givenUp, isLast, type Refusal, refusalOf } from "./clean-ups.rules.ts";

type Payload = CleanUpMessage["payload"];
type CleanUp = Pick<Payload, "kind" | "target">;

/** A worker has so long for a clean-up, unless it asks for more. */
export const reservationSeconds = 30;

/** Leaves a clean-up to the workers of the pool. One of them gets it once the unit is durable. */
export async function leave(
  unit: Unit,
  { kind, target, ...place }: CleanUp & { readonly poolId: string; readonly queueId: string | null },
): Promise<void> {
  const now = unit.context.clock.now();
  await queries.insertCleanUp(unit.tx, {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    work_pool_id: place.poolId,
    work_queue_id: place.queueId,
    kind,
    target: writeJson(target),
    delivery_count: 0,
    reservation_token: null,
    lease_ends_at: null,
  });
  unit.wakes({ kind: "clean-up", poolId: place.poolId });
}

/** What waits for a worker of the pool, the oldest first. */
export const waitingFor = (context: Context, poolId: string, limit: number) =>
  queries.waitingCleanUps(context.db.read, poolId, limit);

/** Reserves a clean-up for one worker; undefined where it is another's already. */
export async function reserve(context: Context, id: string): Promise<Payload | undefined> {
  const { clock } = context;
  const token = randomBytes(24).toString("base64url");
  const now = clock.now();
  const row = await unit(context, ({ tx }) => queries.reserve(tx, { id, token, seconds: reservationSeconds, now }));
  if (row === undefined) return undefined;
  // A row holds the target of its kind.
  return {
    message_id: row.id,
    kind: row.kind,
    reservation_token: token,
    lease_expires_at: leaseEnd(now),
    delivery_count: row.delivery_count,
    work_queue_id: row.work_queue_id,
    target: readPlainJson(row.target),
    data: {},
  } as Payload;
}

function leaseEnd(now: Timestamp): string {
  return formatTimestamp(addSeconds(now, reservationSeconds));
}

/** What a worker of the pool says about a clean-up that it was given. */
export interface Saying {
  readonly operation: CleanUpOperation;
  readonly id: string;
  readonly poolId: string;
  readonly token: string;
}

export type Outcome = Pick<CleanUpResult["payload"], "status" | "reason" | "lease_expires_at">;

/** Does what the worker says if the clean-up is still its own. */
export async function operate(context: Context, saying: Saying): Promise<Outcome> {
  const { row, outcome } = await unit(context, async (unit) => {
    const row = await queries.cleanUpToChange(unit.tx, saying.id);
    const now = row && {
      poolId: row.work_pool_id,
      token: row.reservation_token,
      isOver: row.is_over === 1,
      deliveries: row.delivery_count,
    };
    const refusal = refusalOf(now, saying);
    if (row === undefined || refusal !== undefined) {
      if (row !== undefined && now?.token === saying.token && now.isOver) await giveBack(unit, row);
      return { row, outcome: refused(refusal ?? givenUp) };
    }
    return { row, outcome: await carryOut(unit, saying.operation, row) };
  });
  if (row !== undefined && outcome.status === "dead_lettered") report(context, row);
  return outcome;
}

async function carryOut(unit: Unit, operation: CleanUpOperation, row: queries.CleanUpRow): Promise<Outcome> {
  const now = unit.context.clock.now();
  switch (operation) {
    case "ack":
      await queries.remove(unit.tx, row.id);
      unit.count("clean_ups_total", 1, { outcome: "done" });
      return accepted;
    case "renew":
      await queries.renew(unit.tx, { id: row.id, seconds: reservationSeconds, now });
      return { ...accepted, lease_expires_at: leaseEnd(now) };
    case "release":
      return (await giveBack(unit, row)) ? accepted : refused(givenUp);
    default:
      return operation satisfies never;
  }
}

const accepted: Outcome = { status: "accepted", reason: null, lease_expires_at: null };

function refused({ status, reason }: Refusal): Outcome {
  return { status, reason, lease_expires_at: null };
}

/** Whether another worker gets it. */
async function giveBack(unit: Unit, row: queries.CleanUpRow): Promise<boolean> {
  if (isLast({ deliveries: row.delivery_count })) {
    await queries.remove(unit.tx, row.id);
    unit.count("clean_ups_total", 1, { outcome: "given up" });
    return false;
  }
  await queries.giveBack(unit.tx, row.id, unit.context.clock.now());
  unit.wakes({ kind: "clean-up", poolId: row.work_pool_id });
  return true;
}

const rowsPerUnit = 100;
/** A pool may have no worker that cleans up. */
const maxWaitingSeconds = 86_400;

/** Gives clean-ups to other workers whose reservation is over, and wakes those who could take what waits. */
export async function reconcile(context: Context): Promise<void> {
  while ((await endReservations(context)) === rowsPerUnit);
  const before = addSeconds(context.clock.now(), -maxWaitingSeconds);
  await unit(context, async (unit) => {
    for (const row of await queries.removeWaitingSince(unit.tx, before, rowsPerUnit)) report(context, row);
    for (const poolId of await queries.poolsWithWaiting(unit.tx)) unit.wakes({ kind: "clean-up", poolId });
  });
}

async function endReservations(context: Context): Promise<number> {
  const { ended, lost } = await unit(context, async (unit) => {
    const ended = await queries.overdue(unit.tx, rowsPerUnit);
    const lost: queries.CleanUpRow[] = [];
    for (const row of ended) if (!(await giveBack(unit, row))) lost.push(row);
    return { ended, lost };
  });
  for (const row of lost) report(context, row);
  return ended.length;
}

function report({ log }: Context, { work_pool_id, kind, target, delivery_count }: queries.CleanUpRow): void {
  log.warn(
    { work_pool: work_pool_id, kind, target: readPlainJson(target), deliveries: delivery_count },
    "no worker has cleaned up after a run: see what it has left behind",
  );
}
