import { type Duration, durationSeconds } from "@ostinato/core";
import type { beginTransaction, ReplyOf } from "@ostinato/protocol";
import type { RunContext } from "../context.ts";
import { TransactionBusy, TransactionFailed, TransactionLockLost, UsageError } from "../errors.ts";
import { digest } from "../identity/digest.ts";
import { holderAt } from "../limits/holder.ts";
import { Lease } from "../limits/lease.ts";
import { askUntilServed, type Refused, refusalIn } from "../limits/slot-waiting.ts";
import { revive } from "../results/kept-results.ts";
import { containsRevealed } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";
import type { TransactionOptions } from "./transaction-options.ts";

const defaultLeaseSeconds = 60;
const maxLeaseSeconds = 86_400;

export interface Asking {
  readonly key: string;
  readonly place: RunContext | undefined;
  readonly signal: AbortSignal;
  readonly onWait: () => void;
}

type Begun = { readonly value: unknown } | { readonly lease: Lease | undefined };
type Answer = ReplyOf<typeof beginTransaction>;

/** What is committed under the key, or its lock, once nobody else has it. */
export async function beginKey(session: Session, options: TransactionOptions, asking: Asking): Promise<Begun> {
  const { key, signal, onWait } = asking;
  if (session.server === undefined) {
    throw new UsageError(
      `The transaction "${key}" needs a server of Ostinato, which keeps its key, and ${session.connection.baseUrl} is one of Prefect.`,
    );
  }
  const timeoutSeconds = options.timeout === undefined ? undefined : durationSeconds(options.timeout);
  const { record, lease_id: leaseId } = await askUntilServed<Answer>(session, {
    ask: (waiterId) => ask(session, options, { ...asking, waiterId }),
    timeoutSeconds,
    signal,
    onWait,
    tooLate: () => new TransactionBusy(key, timeoutSeconds ?? 0),
    isWithoutSlots: ({ lease_id }) => lease_id === null,
  });
  if (record === null) {
    const seconds = leaseSeconds(options.lease);
    return {
      lease:
        leaseId === null
          ? undefined
          : new Lease(session, { leaseId, seconds, lost: () => new TransactionLockLost(key) }),
    };
  }
  const found = await revive(record);
  if (found !== undefined) return { value: found.value };
  throw new TransactionFailed(
    `The transaction "${key}" is committed, and its value is not at ${record.location ?? "the server"} any more. Give "overwrite: true" to execute it again.`,
  );
}

async function ask(
  { client }: Session,
  { overwrite = false, isolation, lease }: TransactionOptions,
  { key, place, waiterId }: Asking & { readonly waiterId: string },
): Promise<Answer | Refused> {
  const holder = holderAt(place)?.run;
  try {
    return await client.call<typeof beginTransaction>("POST /transactions/begin", {
      body: {
        key: serverKey(key),
        overwrite,
        lock: isolation !== "readCommitted",
        lease_duration: leaseSeconds(lease),
        waiter_id: waiterId,
        ...(holder === undefined ? {} : { holder }),
      },
    });
  } catch (error) {
    const refused = refusalIn(error);
    if (refused === undefined) throw error;
    return refused;
  }
}

export function checkLease({ lease }: TransactionOptions): void {
  const seconds = leaseSeconds(lease);
  if (seconds >= defaultLeaseSeconds && seconds <= maxLeaseSeconds) return;
  throw new UsageError(`transaction(): "lease" is ${seconds} s. Give from 60 s to one day.`);
}

function leaseSeconds(lease: Duration | undefined): number {
  return lease === undefined ? defaultLeaseSeconds : durationSeconds(lease);
}

/** The server takes keys of up to 500 characters; longer ones are told apart by their digest, as are those with a secret in them. */
const maxKeyLength = 400;

export function serverKey(key: string): string {
  return key.length > maxKeyLength || containsRevealed(key) ? digest(key) : key;
}
