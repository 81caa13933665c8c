import { UsageError } from "../errors.ts";
import {
  aBoolean,
  aDuration,
  aResultStorage,
  checkOptions,
  type Rule,
  type Rules,
  shown,
} from "../run/option-checks.ts";
import { enclosingTransaction } from "./enclosing.ts";
import { commitModes, isolations, type Transaction, type TransactionOptions } from "./transaction-options.ts";

const oneOf =
  (words: readonly string[]): Rule =>
  (value) =>
    words.includes(value as string) ? undefined : words.map((word) => `"${word}"`).join(" or ");

const rules: Rules = {
  key: (value) => (typeof value === "string" && value !== "" ? undefined : "a string that is not empty"),
  commit: oneOf(commitModes),
  isolation: oneOf(isolations),
  overwrite: aBoolean,
  record: aBoolean,
  expires: aDuration,
  resultStorage: aResultStorage,
  timeout: aDuration,
  lease: aDuration,
};

/**
 * Does all of what the function does, or nothing: where it throws, what its tasks have done is undone by their `onRollback` hooks, the
 * latest first. With a `key` it is done once, whatever is tried again, and by one program at a time.
 *
 * ```ts
 * import { task, transaction } from "ostinato";
 *
 * const write = task(
 *   { onRollback: (tx, { value }) => console.log(`drop ${value}`) },
 *   async function write(table: string) { return table; },
 * );
 *
 * export const load = (month: string) => transaction({ key: `load ${month}` }, async () => await write(`trips_${month}`));
 * ```
 *
 * Resolves with what the function returns; where the key was committed before, with what was kept then, and the function is not called.
 * Rejects with what the function throws, with `TransactionBusy` after the timeout, and with `RollbackIncomplete` where a hook failed.
 */
export function transaction<T>(fn: (tx: Transaction) => T): Promise<Awaited<T>>;
export function transaction<T>(options: TransactionOptions, fn: (tx: Transaction) => T): Promise<Awaited<T>>;
export async function transaction(...given: readonly unknown[]): Promise<unknown> {
  const [options, fn] = typeof given[0] === "function" ? [{}, given[0]] : given;
  if (typeof fn !== "function") {
    throw new UsageError(
      `transaction() needs a function, transaction({ key }, async (tx) => { … }), and was given ${shown(fn)}`,
    );
  }
  checkOptions("transaction()", options, rules);
  const { runTransaction } = await import("./transaction-run.ts");
  return await runTransaction(options as TransactionOptions, fn as (tx: Transaction) => unknown);
}

/** The innermost transaction in which the code runs; undefined outside of transactions and in worker threads. */
export function currentTransaction(): Transaction | undefined {
  return enclosingTransaction();
}
