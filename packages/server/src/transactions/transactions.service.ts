import { lockOfTransaction } from "@ostinato/core";
import type {
  BodyOf,
  beginTransaction,
  commitTransaction,
  rollBackTransaction,
  StoredResult,
  TransactionKey,
} from "@ostinato/protocol";
import * as slots from "../concurrency-limits/taking.service.ts";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import * as results from "../results/results.service.ts";
import { usersOfLimit } from "../ui/concurrency-limits/concurrency-limit-page.service.ts";

interface Begun {
  readonly record: StoredResult | null;
  readonly lease_id: string | null;
}

/**
 * The lock of a key is the only slot of a limit, so whoever waits longest is next, is woken, and the slot of a holder that dies becomes
 * free. What is committed is looked for again under the lock: another one may have committed it meanwhile.
 */
export async function begin(context: Context, request: BodyOf<typeof beginTransaction>): Promise<Begun> {
  const { key, overwrite, lock, ...taking } = request;
  const committed = () => (overwrite === true ? null : results.findCached(context, recordKeyOf(key)));
  const before = await committed();
  if (before !== null || lock === false) return { record: before, lease_id: null };
  const limit = { names: [lockOfTransaction(key)], slots: 1, keyed: { limit: 1 } };
  const { lease_id, limits } = await slots.takeSlots(context, { ...taking, ...limit });
  const record = await committed();
  // Somebody may have disabled the limit, and then nobody waits.
  if (record === null) return { record, lease_id: limits.length === 0 ? null : lease_id };
  await slots.giveSlotsBack(context, lease_id);
  return { record, lease_id: null };
}

/** Nothing is committed where one of the locks is not held any more. */
export function commit(context: Context, { keys, cached }: BodyOf<typeof commitTransaction>): Promise<void> {
  return unit(context, async (unit) => {
    const known = await results.knownAmong(
      unit,
      keys.map(({ id }) => id),
    );
    const fresh = keys.filter(({ id }) => !known.has(id.toLowerCase()));
    await slots.giveBackHeld(unit, leasesOf(fresh));
    await results.keepRecords(
      unit,
      fresh.flatMap(({ id, key, record }) =>
        record === null ? [] : [{ id, result: { ...record, cache_key: recordKeyOf(key) } }],
      ),
    );
    await results.letReuse(unit, cached);
  });
}

function leasesOf(keys: readonly { readonly lease_id?: string | null | undefined }[]): readonly string[] {
  return keys.flatMap(({ lease_id }) => lease_id?.toLowerCase() ?? []);
}

export function rollBack(
  context: Context,
  { lease_ids, result_ids, flow_run_ids }: BodyOf<typeof rollBackTransaction>,
): Promise<void> {
  return unit(context, async (unit) => {
    await results.neverReuse(unit, { resultIds: result_ids, flowRunIds: flow_run_ids });
    if (lease_ids.length > 0)
      await slots.giveBack(
        unit,
        lease_ids.map((id) => id.toLowerCase()),
      );
  });
}

/** Where the key stands. */
export async function readKey(context: Context, key: string): Promise<TransactionKey> {
  const [committed, users] = await Promise.all([
    results.viewOfCached(context, recordKeyOf(key)),
    usersOfLimit(context, lockOfTransaction(key)),
  ]);
  const { holders, waiting, waiting_count } = users;
  return { key, committed, holder: holders[0] ?? null, waiting, waiting_count };
}

/** Has the next transaction with the key executed; false where the key is not committed. */
export async function forgetKey(context: Context, key: string): Promise<boolean> {
  const forgotten = await unit(context, (unit) => results.forgetCached(unit, recordKeyOf(key)));
  return forgotten > 0;
}

/** Among the keys of caches, which programs choose as well. */
function recordKeyOf(key: string): string {
  return `ostinato.transaction:${key}`;
}
