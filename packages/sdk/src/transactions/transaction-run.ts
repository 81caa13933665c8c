import { ApiError } from "@ostinato/client";
import { addSeconds, durationSeconds, timeOrderedId } from "@ostinato/core";
import type { commitTransaction, rollBackTransaction } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { context, type RunContext } from "../context.ts";
import { TransactionFailed, TransactionLockLost, toError, UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { wakingOf } from "../limits/slot-waking.ts";
import { printLine } from "../logging/console-output.ts";
import { writeLine } from "../logging/log-line.ts";
import { parseResultStorage } from "../results/result-stores.ts";
import { writeResult } from "../results/results.ts";
import { Interruption } from "../run/interruption.ts";
import type { Interruptible } from "../run/runs-under-way.ts";
import { flushed, type Session, session } from "../session/session.ts";
import type { Effects } from "./effects.ts";
import { enclosingTransaction, inTransaction } from "./enclosing.ts";
import { beginKey, checkLease, serverKey } from "./key-lock.ts";
import type { Transaction, TransactionOptions } from "./transaction-options.ts";
import { incomplete, type KeyUse, TransactionPart, type Tree } from "./transaction-part.ts";

/** Executes a transaction in the place of the caller, and in the transaction around it. */
export async function runTransaction(options: TransactionOptions, fn: (tx: Transaction) => unknown): Promise<unknown> {
  const place = context.getStore();
  if (place !== undefined && place.scope === undefined) {
    throw new UsageError("transaction() cannot be called from a task that runs in a thread: call it from the flow");
  }
  checkLease(options);
  const around = enclosingTransaction();
  return await new TransactionRun(options, place, around instanceof TransactionPart ? around : undefined).execute(fn);
}

class TransactionRun implements Interruptible, Tree {
  readonly #options: TransactionOptions;
  readonly #place: RunContext | undefined;
  readonly #parent: TransactionPart | undefined;
  readonly #part: TransactionPart;
  readonly #interruption = new Interruption();
  readonly keys: Map<string, KeyUse> = new Map();
  /** Whether its function was called. */
  started = false;
  #session: Session | undefined;

  constructor(options: TransactionOptions, place: RunContext | undefined, parent: TransactionPart | undefined) {
    this.#options = options;
    this.#place = place;
    this.#parent = parent;
    const { key } = options;
    this.#part = parent?.begin(key) ?? new TransactionPart({ key, tree: this, parent: undefined });
  }

  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  interrupt(reason: Error): void {
    this.#interruption.interrupt(reason);
    this.#part.interruptRuns(reason);
  }

  async execute(fn: (tx: Transaction) => unknown): Promise<unknown> {
    const scope = this.#place?.scope;
    // The run does not end before the transaction has, and takes it along where it is ended itself.
    scope?.enter(this);
    this.#parent?.enter(this);
    const run = (this.#place?.taskRun ?? this.#place?.flowRun)?.signal;
    const follow = () => this.interrupt(toError(run?.reason));
    run?.addEventListener("abort", follow);
    const release = this.#options.key === undefined ? () => {} : (await this.#opened()).keepAlive();
    try {
      return await this.#untilEnd(fn);
    } finally {
      release();
      run?.removeEventListener("abort", follow);
      this.#parent?.leave(this);
      scope?.leave(this);
    }
  }

  async #untilEnd(fn: (tx: Transaction) => unknown): Promise<unknown> {
    const { commit = "lazy" } = this.#options;
    const part = this.#part;
    let value: unknown;
    try {
      const committed = await this.#begin();
      if (committed !== undefined) return committed.value;
      this.started = true;
      const called = inTransaction(part, async () => fn(part));
      value = await this.#interruption.guard(called);
      await this.#interruption.guard(part.settled());
      if (part.staged !== undefined) value = part.staged.value;
      if (commit !== "off") await this.#stage(value);
    } catch (thrown) {
      throw await this.#rollBack(toError(thrown));
    }
    if (commit === "off") await this.#endTrial();
    else if (commit === "lazy" && this.#parent !== undefined) this.#parent.adopt(part);
    else await this.#commit();
    return value;
  }

  /** Takes the lock of the key, or gives what is committed under it. */
  async #begin(): Promise<{ readonly value: unknown } | undefined> {
    const { key, overwrite = false } = this.#options;
    if (key === undefined) return undefined;
    const { keys } = this.#part.tree;
    const use = keys.get(key);
    if (use?.isUnderWay === true) throw alreadyUnderWay(key);
    if (use?.staged !== undefined && !overwrite) return use.staged;
    keys.set(key, { isUnderWay: true });
    // The outermost transaction holds the lock of what has ended in it.
    if (use !== undefined) return undefined;
    const begun = await beginKey(await this.#opened(), this.#options, {
      key,
      place: this.#place,
      signal: this.signal,
      onWait: () => this.#say(logLevels.info, `waits for the transaction that holds the key "${key}"`),
    });
    if ("value" in begun) {
      keys.delete(key);
      this.#say(logLevels.info, `the transaction "${key}" is committed already: its function is not called`);
      return begun;
    }
    const { lease } = begun;
    if (lease === undefined) return undefined;
    this.#part.effects.locks.push({ key, lease });
    lease.signal.addEventListener("abort", () => this.#part.tree.interrupt(toError(lease.signal.reason)));
    return undefined;
  }

  /** Has the value ready that is kept under the key. */
  async #stage(value: unknown): Promise<void> {
    const { key, record = true, expires, resultStorage } = this.#options;
    if (key === undefined) return;
    const opened = await this.#opened();
    const now = opened.clock.now();
    const storage = resultStorage ?? this.#place?.scope?.resultStorage ?? opened.resultStorage;
    const { result, notKept } = record
      ? await writeResult(value, {
          session: opened,
          storage: storage === undefined ? undefined : parseResultStorage(storage),
          expires: expires === undefined ? undefined : addSeconds(now, durationSeconds(expires)),
        })
      : { result: null, notKept: undefined };
    if (notKept !== undefined) {
      const reason = notKept.reason.replace(/^the result/, "the value");
      throw new TransactionFailed(
        `The transaction "${key}" cannot keep its value for those that come later: ${reason}. Return plain data, or give a part of it to tx.stage().`,
      );
    }
    const lock = this.#part.effects.locks.find((held) => held.key === key);
    this.#part.effects.keys.push({
      id: timeOrderedId(now),
      key: serverKey(key),
      lease_id: lock?.lease.id ?? null,
      record: result,
    });
    this.#part.tree.keys.set(key, { isUnderWay: false, staged: record ? { value } : undefined });
  }

  async #commit(): Promise<void> {
    const { effects } = this.#part;
    try {
      await this.#part.callCommitHooks();
    } catch (thrown) {
      const { message, cause } = toError(thrown);
      throw await this.#rollBack(new TransactionFailed(`${this.#named()} is rolled back. ${message}`, { cause }));
    }
    const lost = effects.locks.find(({ lease }) => lease.signal.aborted);
    if (lost !== undefined) throw await this.#rollBack(toError(lost.lease.signal.reason));
    await this.#tellOfCommit(effects);
    for (const { key, lease } of effects.locks) {
      lease.stop();
      this.#part.tree.keys.delete(key);
    }
  }

  async #tellOfCommit({ keys, cached }: Effects): Promise<void> {
    if (keys.length === 0 && cached.length === 0) return;
    const opened = await this.#opened();
    try {
      // The server has to know a result before it lets others use it.
      if (cached.length > 0) await flushed(opened, opened.events);
      await opened.client.call<typeof commitTransaction>("POST /transactions/commit", { body: { keys, cached } });
      wakingOf(opened).freed();
    } catch (error) {
      throw await this.#notCommitted(toError(error));
    }
  }

  async #notCommitted(error: Error): Promise<Error> {
    const { key = "" } = this.#options;
    if (error instanceof ApiError && error.status === 410) return await this.#rollBack(new TransactionLockLost(key));
    if (error instanceof ApiError && error.status < 500) {
      const why = `${this.#named()} is rolled back: the server refused it (${failureMessage(error)})`;
      return await this.#rollBack(new TransactionFailed(why, { cause: error }));
    }
    for (const { lease } of this.#part.effects.locks) lease.stop();
    const why = `The server did not answer whether ${this.#named()} is committed, so nothing was rolled back: ${failureMessage(error)}`;
    return new TransactionFailed(why, { cause: error });
  }

  async #rollBack(error: Error): Promise<Error> {
    const undone = await this.#part.rollBack(error);
    this.#forgetKey();
    this.#say(logLevels.warning, `${this.#named()} was rolled back: ${failureMessage(error)}`);
    // A cancelled run is cancelled, whatever its hooks do.
    return error === this.#interruption.reason ? error : undone;
  }

  async #endTrial(): Promise<void> {
    const errors = await this.#part.undo(new UsageError(`${this.#named()} has ended, and nothing begins in it`));
    this.#forgetKey();
    if (errors.length > 0) throw incomplete(errors);
  }

  #forgetKey(): void {
    const { key } = this.#options;
    if (key !== undefined) this.#part.tree.keys.delete(key);
  }

  async forget(effects: Effects): Promise<void> {
    const locks = effects.locks.splice(0);
    for (const { lease } of locks) lease.stop();
    if (locks.length === 0 && !effects.haveResults) return;
    try {
      const opened = await this.#opened();
      // A result that comes later would be used again.
      if (effects.haveResults) await flushed(opened, opened.events);
      await opened.client.call<typeof rollBackTransaction>("POST /transactions/rollback", {
        body: {
          lease_ids: locks.map(({ lease }) => lease.id),
          result_ids: effects.resultIds.splice(0),
          flow_run_ids: effects.flowRunIds.splice(0),
        },
      });
      wakingOf(opened).freed();
    } catch (error) {
      this.warn(`the server was not told of a rollback, so results may be used again: ${failureMessage(error)}`);
    }
  }

  call(hook: () => unknown): unknown {
    return this.#place === undefined ? hook() : context.run(this.#place, hook);
  }

  warn(message: string): void {
    this.#say(logLevels.error, message);
  }

  #say(level: number, message: string): void {
    if (this.#place === undefined) printLine({ level, speaker: undefined, message });
    else writeLine(this.#place, level, message);
  }

  #named(): string {
    const { key } = this.#options;
    return key === undefined ? "the transaction" : `the transaction "${key}"`;
  }

  async #opened(): Promise<Session> {
    const scope = this.#place?.scope;
    this.#session ??= scope?.isOpen === true ? scope.session : await session();
    return this.#session;
  }
}

function alreadyUnderWay(key: string): UsageError {
  return new UsageError(
    `The transaction "${key}" is under way in the same outermost transaction, and would wait for itself. Give the inner one another key, or await the first before the second.`,
  );
}
