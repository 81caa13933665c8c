import { isNotFound } from "@ostinato/client";
import type {
  ConcurrencyLimitUpdate,
  createConcurrencyLimit,
  deleteConcurrencyLimit,
  giveSlotsBack,
  putTagLimit,
  readTagLimitByTag,
  updateConcurrencyLimit,
} from "@ostinato/protocol";
import { call } from "../api/api.ts";
import { tagPrefix } from "./limit-words.ts";

export interface NewLimit {
  readonly name: string;
  readonly limit: number;
  readonly slotsPerSecond: number;
}

/** A name that a limit has already. */
export class NameTaken extends Error {}

export async function createLimit({ name, limit, slotsPerSecond }: NewLimit): Promise<void> {
  if (name.startsWith(tagPrefix)) return createTagLimit(name.slice(tagPrefix.length), limit);
  await call<typeof createConcurrencyLimit>("POST /v2/concurrency_limits/", {
    body: { name, limit, slot_decay_per_second: slotsPerSecond },
  });
}

/** Tags may have characters that names may not; the operation for them would change a limit that is there. */
async function createTagLimit(tag: string, limit: number): Promise<void> {
  const params = { tag };
  const isThere = await call<typeof readTagLimitByTag>("GET /concurrency_limits/tag/{tag}", { params }).then(
    () => true,
    (error: unknown) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
  if (isThere) throw new NameTaken(`The tag ${JSON.stringify(tag)} has a limit already. Change that one.`);
  await call<typeof putTagLimit>("POST /concurrency_limits/", { body: { tag, concurrency_limit: limit } });
}

export function changeLimit(id: string, body: ConcurrencyLimitUpdate): Promise<unknown> {
  return call<typeof updateConcurrencyLimit>("PATCH /v2/concurrency_limits/{id_or_name}", {
    params: { id_or_name: id },
    body,
  });
}

export function resetLimit(id: string): Promise<unknown> {
  return changeLimit(id, { active_slots: 0 });
}

export function deleteLimit(id: string): Promise<unknown> {
  return call<typeof deleteConcurrencyLimit>("DELETE /v2/concurrency_limits/{id_or_name}", {
    params: { id_or_name: id },
  });
}

export function freeSlots(lease_id: string): Promise<unknown> {
  return call<typeof giveSlotsBack>("POST /v2/concurrency_limits/decrement-with-lease", { body: { lease_id } });
}
