import { RollbackIncomplete, toError, UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import type { RunFuture } from "../run/future.ts";
import { type Interruptible, RunsUnderWay } from "../run/runs-under-way.ts";
import { Effects } from "./effects.ts";
import { type AttemptPart, type CompletedAttempt, inTransaction } from "./enclosing.ts";
import type { TransactionHook, TransactionStep } from "./transaction-options.ts";

/** What the parts of one outermost transaction share. */
export interface Tree {
  /** Tells the server that results must not be used again, and gives locks back. Never rejects. */
  forget(effects: Effects): Promise<void>;
  /** Calls a hook where the outermost transaction was called. */
  call(hook: () => unknown): unknown;
  warn(message: string): void;
  /** Gives the whole transaction up. */
  interrupt(reason: Error): void;
  readonly signal: AbortSignal;
  /** The keys of its transactions. */
  readonly keys: Map<string, KeyUse>;
}

export type KeyUse =
  | { readonly isUnderWay: true }
  /** Its transaction has ended and is committed with the outermost one, with the value that it keeps. */
  | { readonly isUnderWay: false; readonly staged: { readonly value: unknown } | undefined };

/** Something that was done: a part that is done as a whole, or the hooks of one step. */
type Done =
  | { readonly part: TransactionPart }
  | { readonly of: string; readonly commit: readonly Hook[]; readonly rollBack: readonly Hook[] };

type Hook = () => unknown;

/** A transaction, or what one attempt of a run does in it. */
export class TransactionPart implements AttemptPart {
  readonly key: string | undefined;
  readonly tree: Tree;
  readonly parent: TransactionPart | undefined;
  readonly #values = new Map<string, unknown>();
  readonly #done: Done[] = [];
  readonly #runs = new RunsUnderWay();
  #ending: Error | undefined;
  staged: { readonly value: unknown } | undefined;
  /** What the server is to hear of when the transaction ends. */
  readonly effects = new Effects();

  constructor({ key, tree, parent }: Pick<TransactionPart, "key" | "tree" | "parent">) {
    this.key = key;
    this.tree = tree;
    this.parent = parent;
  }

  get signal(): AbortSignal {
    return this.tree.signal;
  }

  get<T>(...given: readonly [name: string, otherwise?: T]): T {
    const [name, otherwise] = given;
    if (this.#values.has(name)) return this.#values.get(name) as T;
    if (this.parent !== undefined) return this.parent.get(...(given as [string, T]));
    if (given.length > 1) return otherwise as T;
    throw new UsageError(
      `The transaction has no value ${JSON.stringify(name)}. Call tx.set(${JSON.stringify(name)}, …) before, or tx.get(${JSON.stringify(name)}, otherwise)`,
    );
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  stage(value: unknown): void {
    this.staged = { value };
  }

  onCommit(hook: Hook): void {
    this.#done.push({ of: "the transaction", commit: [hook], rollBack: [] });
  }

  onRollback(hook: Hook): void {
    this.#done.push({ of: "the transaction", commit: [], rollBack: [hook] });
  }

  enter(run: Interruptible): void {
    this.#runs.enter(run);
  }

  leave(run: Interruptible, future?: RunFuture<unknown>): void {
    this.#runs.leave(run, future);
  }

  begin(key?: string): TransactionPart {
    if (this.#ending !== undefined) throw this.#ending;
    return new TransactionPart({ key, tree: this.tree, parent: this });
  }

  interruptRuns(reason: Error): void {
    this.#runs.interrupt(reason);
  }

  complete({ hooks = {}, step, result }: CompletedAttempt): void {
    const [commit, rollBack] = [hooks.onCommit, hooks.onRollback].map((given) => this.#bound(given, step));
    this.#done.push({ of: `"${step.of}"`, commit: commit ?? [], rollBack: rollBack ?? [] });
    if (result !== undefined) this.effects.keep(result);
    this.parent?.adopt(this);
  }

  #bound(hooks: TransactionHook | readonly TransactionHook[] | undefined, step: TransactionStep): readonly Hook[] {
    return [hooks ?? []].flat().map((hook: TransactionHook) => {
      const call = () => hook(this, step);
      return Object.defineProperty(call, "name", { value: hook.name });
    });
  }

  get hasHooks(): boolean {
    return this.#done.some((done) =>
      "part" in done ? done.part.hasHooks : done.commit.length + done.rollBack.length > 0,
    );
  }

  /** What the part has done is a part of this one from now on. */
  adopt(part: TransactionPart): void {
    this.#done.push({ part });
    this.effects.adopt(part.effects);
  }

  /** Resolves when all runs in it have ended. Rejects where one failed that nobody awaited. */
  async settled(): Promise<void> {
    await this.#runs.idle();
    const [failed] = this.#runs.unobservedFailures();
    if (failed?.final === undefined || failed.final.type === "COMPLETED") return;
    failed.observe();
    throw failed.final.error;
  }

  /** Calls the commit hooks, those of earlier steps first. Rejects with the name of the step and the error of the hook that failed. */
  async callCommitHooks(): Promise<void> {
    for (const done of this.#done) {
      if ("part" in done) await done.part.callCommitHooks();
      else for (const hook of done.commit) await this.#call(hook, `The commit hook ${named(hook)}of ${done.of}`);
    }
  }

  async rollBack(error: Error): Promise<Error> {
    const errors = await this.undo(error);
    return errors.length === 0 ? error : incomplete(errors, error);
  }

  /** Lets nothing more begin, waits for what is under way, and undoes what was done, the latest first. Gives the errors of hooks. */
  async undo(reason: Error): Promise<readonly Error[]> {
    this.#ending = reason;
    this.#runs.interruptWaiting(reason);
    await this.#runs.idle();
    for (const failed of this.#runs.unobservedFailures()) failed.observe();
    const errors: Error[] = [];
    await this.#undoSteps(errors);
    await this.tree.forget(this.effects);
    return errors;
  }

  async #undoSteps(errors: Error[]): Promise<void> {
    for (const done of this.#done.splice(0).toReversed()) {
      if ("part" in done) {
        await done.part.#undoSteps(errors);
        continue;
      }
      for (const hook of done.rollBack) {
        await this.#call(hook, `The rollback hook ${named(hook)}of ${done.of}`).catch((error: Error) => {
          this.tree.warn(error.message);
          errors.push(error);
        });
      }
    }
  }

  async #call(hook: Hook, what: string): Promise<void> {
    try {
      await inTransaction(undefined, () => this.tree.call(hook));
    } catch (thrown) {
      const cause = toError(thrown);
      throw new Error(`${what} failed: ${failureMessage(cause)}`, { cause });
    }
  }
}

function named({ name }: Hook): string {
  return name === "" || name === "onCommit" || name === "onRollback" ? "" : `${name} `;
}

export function incomplete(errors: readonly Error[], cause?: Error): RollbackIncomplete {
  const hooks = errors.map(({ message }) => message).join(" ");
  const why = cause === undefined ? "" : ` It was rolled back because of: ${failureMessage(cause)}`;
  return new RollbackIncomplete(`The transaction is not wholly rolled back. ${hooks}${why}`, { errors, cause });
}
