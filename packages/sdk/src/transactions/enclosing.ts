import { AsyncLocalStorage } from "node:async_hooks";
import type { RunFuture } from "../run/future.ts";
import type { Interruptible } from "../run/runs-under-way.ts";
import type { Transaction, TransactionHooks, TransactionStep } from "./transaction-options.ts";

/** A transaction as the runs in it see it. */
export interface EnclosingTransaction extends Transaction {
  /** The transaction waits for the run from now on. */
  enter(run: Interruptible): void;
  leave(run: Interruptible, future?: RunFuture<unknown>): void;
  /** Begins what one attempt of a run does. Throws where the transaction is ending. */
  begin(): AttemptPart;
}

/** What one attempt of a run does in a transaction: all of it, or nothing. */
export interface AttemptPart extends EnclosingTransaction {
  /** Resolves when all runs in it have ended. Rejects where one failed that nobody awaited. */
  settled(): Promise<void>;
  /** Whether hooks wait for the end of the transaction. */
  readonly hasHooks: boolean;
  complete(done: CompletedAttempt): void;
  /** Undoes what the attempt has done; gives the error to throw. */
  rollBack(error: Error): Promise<Error>;
}

export interface CompletedAttempt {
  /** The hooks of a task. */
  readonly hooks?: TransactionHooks | undefined;
  readonly step: TransactionStep;
  /** The kept result of the run, or the flow run whose result it is: not to be used again after a rollback. */
  readonly result?: KeptInTransaction | undefined;
}

export type KeptInTransaction =
  | {
      readonly resultId: string;
      readonly cached?: { readonly cacheKey: string; readonly expires: string | undefined } | undefined;
    }
  | { readonly flowRunId: string };

/** Made with the first transaction. Kept under a global symbol, so that two copies of this package in one program agree on it. */
const key = Symbol.for("ostinato.transactions");
const registry = globalThis as { [key]?: AsyncLocalStorage<EnclosingTransaction | undefined> };

/** The transaction in which the code runs. */
export function enclosingTransaction(): EnclosingTransaction | undefined {
  return registry[key]?.getStore();
}

/** Calls the function in the transaction, or in none. */
export function inTransaction<T>(transaction: EnclosingTransaction | undefined, call: () => T): T {
  if (transaction === undefined && registry[key] === undefined) return call();
  registry[key] ??= new AsyncLocalStorage();
  return registry[key].run(transaction, call);
}
