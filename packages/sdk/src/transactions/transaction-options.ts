import type { Duration } from "@ostinato/core";
import type { ResultStorage } from "../results/result-stores.ts";

/** The parts of a transaction that its function and its hooks use. */
export interface Transaction {
  /** Undefined where it has none. */
  readonly key: string | undefined;
  /** Aborted when the transaction is given up: its run was cancelled, or the lock of its key was lost. */
  readonly signal: AbortSignal;
  /** A value that was set in this transaction or in one around it. Throws a `UsageError` where there is none. */
  get<T>(name: string): T;
  /** The same with a value to use where there is none. */
  get<T>(name: string, otherwise: T): T;
  /** Keeps a value for hooks and for what is called later. In a task it belongs to that run of the task. */
  set(name: string, value: unknown): void;
  /** Keeps this under the key in place of what the function returns. */
  stage(value: unknown): void;
  /** Calls the function when the transaction is committed; where it throws, everything is rolled back. */
  onCommit(hook: () => unknown): void;
  /** Calls the function when the transaction is rolled back, before those that were given earlier. */
  onRollback(hook: () => unknown): void;
}

/** A finished run of a task in a transaction. */
export interface TransactionStep {
  readonly run: { readonly id: string; readonly name: string; readonly attempt: number };
  /** The name of the task. */
  readonly of: string;
  /** What the task returned. */
  readonly value: unknown;
}

/** Gets the transaction, with the values that the run of the task has set, and what the run has done. */
export type TransactionHook = (tx: Transaction, step: TransactionStep) => unknown;

export interface TransactionHooks {
  /** Called when the transaction is committed in which the task has completed. */
  readonly onCommit?: TransactionHook | readonly TransactionHook[];
  /** Called when the transaction is rolled back in which the task has completed. */
  readonly onRollback?: TransactionHook | readonly TransactionHook[];
}

export const commitModes = ["lazy", "eager", "off"] as const;
export const isolations = ["serializable", "readCommitted"] as const;

export interface TransactionOptions {
  /**
   * What the transaction does, in all programs of the server: once it is committed, later ones with the key get its value and are not
   * executed.
   */
  readonly key?: string;
  /**
   * `"lazy"`: a transaction inside another is committed with that one. `"eager"`: when it ends, and stays committed whatever becomes of the
   * other. `"off"`: it is rolled back when it ends, as a trial. Lazy by default.
   */
  readonly commit?: (typeof commitModes)[number];
  /** `"serializable"`: only one with the key is under way, others wait. `"readCommitted"`: they do not. Serializable by default. */
  readonly isolation?: (typeof isolations)[number];
  /** Executes it although the key is committed, and keeps the new value. */
  readonly overwrite?: boolean;
  /** Whether the key is kept as committed. True by default. */
  readonly record?: boolean;
  /** How long the key stays committed. Forever by default. */
  readonly expires?: Duration;
  /** The store for the value: `"s3-bucket/lake"`, `"s3://bucket/prefix"`, `"local"`. The server keeps small values otherwise. */
  readonly resultStorage?: ResultStorage;
  /** How long to wait for others with the key. Without a limit by default; 0 does not wait. */
  readonly timeout?: Duration;
  /** How long the key stays locked when this process dies: from 60 s, which is the default, to one day. */
  readonly lease?: Duration;
}
