import type { Static } from "typebox";
import { LeaseHolder, SlotRequest } from "./concurrency-limits.ts";
import { ResultCreate, ResultView, StoredResult } from "./results.ts";
import { route } from "./route.ts";
import { Maybe, MomentInput, None, Nullable, Open, Strict, Type, Uuid } from "./schema.ts";
import { LimitHolder, SlotUser } from "./ui/concurrency-limits.ts";

const maxKeyLength = 500;
const maxTogether = 100_000;
const bodyLimit = 64 * 1024 * 1024;
const Key = Type.String({ minLength: 1, maxLength: maxKeyLength });

const tag = "Transactions";

export const beginTransaction = route({
  method: "POST",
  path: "/transactions/begin",
  access: "run",
  summary: "Take the lock of a transaction's key, unless the key is committed; 423 while another one holds it",
  tag,
  body: Strict({
    key: Key,
    /** Takes the lock even where the key is committed. */
    overwrite: Maybe(Type.Boolean()),
    /** Whether others of the same key have to wait until this one has ended. */
    lock: Maybe(Type.Boolean()),
    lease_duration: SlotRequest.properties.lease_duration,
    holder: Maybe(LeaseHolder),
    waiter_id: SlotRequest.properties.waiter_id,
  }),
  replies: {
    /** `record` is what was committed under the key. Without it the lock is held by the lease, where one was asked for. */
    200: Open({ record: Nullable(StoredResult), lease_id: Nullable(Uuid) }),
  },
});

/** A key that is committed. Whoever sends the same `id` again has committed it already. */
const CommittedKey = Strict({
  id: Uuid,
  key: Key,
  /** The lock, which is given back. Refused where it is not held any more, since another transaction may have the key. */
  lease_id: Maybe(Uuid),
  /** What later transactions of the key get in place of being executed; null keeps nothing. */
  record: Nullable(ResultCreate),
});

export const commitTransaction = route({
  method: "POST",
  path: "/transactions/commit",
  access: "run",
  summary: "Commit keys, and let others reuse results that were made in the transaction: all of it, or nothing",
  tag,
  body: Strict({
    keys: Type.Array(CommittedKey, { maxItems: maxTogether }),
    cached: Type.Array(
      Strict({ result_id: Uuid, cache_key: Type.String({ maxLength: 2000 }), expires: Maybe(MomentInput) }),
      { maxItems: maxTogether },
    ),
  }),
  bodyLimit,
  replies: { 204: None },
});

export const rollBackTransaction = route({
  method: "POST",
  path: "/transactions/rollback",
  access: "run",
  summary: "Give back the locks of a transaction, and never use results again that were made in it",
  tag,
  bodyLimit,
  body: Strict({
    lease_ids: Type.Array(Uuid, { maxItems: maxTogether }),
    result_ids: Type.Array(Uuid, { maxItems: maxTogether }),
    /** Flow runs whose own result was made in the transaction. */
    flow_run_ids: Type.Array(Uuid, { maxItems: maxTogether }),
  }),
  replies: { 204: None },
});

/** Where a key stands. */
export const TransactionKey = Open({
  key: Type.String(),
  /** What later transactions get in place of being executed. */
  committed: Nullable(ResultView),
  /** Who holds the lock. */
  holder: Nullable(LimitHolder),
  /** At most 50 of those who wait for the lock, the first in line first. */
  waiting: Type.Array(SlotUser),
  waiting_count: Type.Integer(),
});
export type TransactionKey = Static<typeof TransactionKey>;

export const readTransactionKey = route({
  method: "GET",
  path: "/transactions/key",
  access: "read",
  summary: "Where a transaction's key stands: what is committed, who holds its lock, and who waits for it",
  tag,
  query: Open({ key: Key }),
  replies: { 200: TransactionKey },
});

export const forgetTransactionKey = route({
  method: "POST",
  path: "/transactions/forget",
  access: "edit",
  summary: "Have the next transaction with a key executed, though the key is committed",
  tag,
  body: Strict({ key: Key }),
  replies: {
    /** Whether the key was committed. */
    200: Open({ forgotten: Type.Boolean() }),
  },
});
