import { type Clock, sleep } from "@ostinato/core";
import type pg from "pg";
import { DatabaseUnavailable } from "../dialect.ts";
import { isUnavailable } from "../unavailable.ts";
import { type PostgresPool, queryOnce } from "./pool.ts";

/** Identifies a transaction, to ask about it later. */
export interface Identity {
  /** From `pg_current_xact_id`. */
  readonly id: string;
  /** `performance.now()` of its beginning. */
  readonly began: number;
}

/** Call it with BEGIN, so that the answer arrives with that of the first statement, before the commit. */
export async function identify(client: pg.ClientBase): Promise<Identity> {
  const began = performance.now();
  const { rows } = await client.query<{ id: string }>(askIdentity);
  return { id: rows[0]?.id ?? "", began };
}

const askIdentity = { name: "ostinato_identity", text: "SELECT pg_current_xact_id()::text AS id" };

/** A transaction whose COMMIT was sent, and not answered, because the connection broke. */
export interface LostCommit extends Identity {
  readonly error: unknown;
}

/** Gives undefined when the transaction is durable; throws where nothing of it was kept. */
export async function commit(client: pg.ClientBase, identity: Identity): Promise<LostCommit | undefined> {
  const answer = await client.query("COMMIT").catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
    return { lost: { ...identity, error } };
  });
  if ("lost" in answer) return answer.lost;
  // PostgreSQL answers COMMIT with ROLLBACK if a statement failed and nobody noticed.
  if (answer.command !== "COMMIT") throw new Error("A statement failed, and PostgreSQL rolled all of them back");
  return undefined;
}

/** Whether a transaction was committed. Rejects with `DatabaseUnavailable` if that cannot be found out in time. */
export type ResolveLostCommit = (lost: LostCommit) => Promise<boolean>;

export interface ResolverOptions {
  readonly pool: PostgresPool;
  readonly clock: Clock;
  /** How long to retry while the database is away or has not ended the transaction yet. */
  readonly patienceSeconds?: number;
}

/** Asks PostgreSQL by another connection what became of a transaction. */
export function lostCommitResolver({ pool, clock, patienceSeconds = 10 }: ResolverOptions): ResolveLostCommit {
  return async (lost) => {
    const giveUp = clock.elapsed() + patienceSeconds;
    let reason = lost.error;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const kept = await askOnce(pool, lost);
        if (kept !== undefined) return kept;
      } catch (error) {
        // PostgreSQL has not come to the id, or lets nobody ask.
        if (!isUnavailable(error)) return false;
        reason = error;
      }
      if (clock.elapsed() >= giveUp) throw unknown(reason);
      await sleep(clock, Math.min(0.5, 0.01 * 2 ** attempt));
    }
  };
}

function unknown(reason: unknown): DatabaseUnavailable {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new DatabaseUnavailable(`The database can't be asked whether it has kept a change: ${message}`, {
    cause: reason,
  });
}

interface TransactionStatus {
  readonly status: "in progress" | "committed" | "aborted" | null;
  /** The next transaction id of the newest checkpoint, with its epoch: `0:750`. */
  readonly next_id: string;
  /** Since PostgreSQL last began to count, which it does anew after each crash. */
  readonly seconds_counted: string;
}

/** undefined where the transaction has not ended yet. */
async function askOnce(pool: PostgresPool, { id, began }: Identity): Promise<boolean | undefined> {
  const { rows } = await queryOnce<TransactionStatus>(pool, statusQuery, [id]);
  const [found] = rows;
  if (found === undefined || wasForgotten(found, id, (performance.now() - began) / 1000)) return false;
  if (found.status === "in progress") return undefined;
  // PostgreSQL knows the status of hundreds of millions of transactions back.
  return found.status === "committed";
}

const statusQuery = `SELECT pg_xact_status($1::xid8) AS status, next_xid AS next_id,
  extract(epoch FROM clock_timestamp() - stats_reset)::text AS seconds_counted
  FROM pg_control_checkpoint(), pg_stat_bgwriter`;

/**
 * A PostgreSQL that crashed before anything of a transaction was on its disk gives its id to another one, which may have been
 * committed. Before it takes connections again it makes a checkpoint, which then has not come to the id.
 */
function wasForgotten({ next_id, seconds_counted }: TransactionStatus, id: string, ageSeconds: number): boolean {
  if (Number(seconds_counted) > ageSeconds) return false;
  const [epoch = "0", xid = "0"] = next_id.split(":");
  return (BigInt(epoch) << 32n) + BigInt(xid) <= BigInt(id);
}
