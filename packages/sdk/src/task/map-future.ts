import { stateNames, type Timestamp } from "@ostinato/core";
import { orderOf, rememberOrder } from "../run/call-order.ts";
import { RunFuture } from "../run/future.ts";
import { type FinalState, finalState, type RunState, unsuccessfulState } from "../states.ts";
import type { TaskFuture } from "./task-future.ts";

/** The runs of a task over a list: awaiting it gives the list of their values. */
export class MapFuture<R> extends RunFuture<R[]> {
  override readonly [Symbol.toStringTag] = "MapFuture";
  readonly name: string;
  readonly #futures: Promise<readonly TaskFuture<R>[]>;
  #known: readonly TaskFuture<R>[] | undefined;
  #cancelled: { readonly reason: string | undefined } | undefined;

  constructor(name: string, futures: readonly TaskFuture<R>[] | Promise<readonly TaskFuture<R>[]>) {
    super();
    this.name = name;
    if (!(futures instanceof Promise)) this.#know(futures);
    this.#futures = Promise.resolve(futures);
    this.#futures.catch(() => {});
    void this.#follow();
  }

  protected get callee(): string {
    return this.name;
  }

  /** The futures of the items, as soon as the items are known: at once, unless they come from a future. */
  get futures(): Promise<readonly TaskFuture<R>[]> {
    return this.#futures;
  }

  get state(): RunState {
    if (this.final !== undefined) return this.final;
    const running = this.#known?.some(({ state }) => state.type === "RUNNING") ?? false;
    const type = running ? "RUNNING" : "PENDING";
    return {
      id: "",
      type,
      name: running ? stateNames.running : stateNames.pending,
      message: "",
      timestamp: 0 as Timestamp,
    };
  }

  cancel(reason?: string): void {
    this.observe();
    this.#cancelled = { reason };
    for (const future of this.#known ?? []) future.cancel(reason);
  }

  taskRunIds(): readonly string[] {
    return (this.#known ?? []).map(({ id }) => id);
  }

  override observe(): void {
    super.observe();
    for (const future of this.#known ?? []) future.observe();
  }

  #know(futures: readonly TaskFuture<R>[]): void {
    this.#known = futures;
    const [first] = futures;
    if (first !== undefined) rememberOrder(this, orderOf(first));
    if (this.observed) for (const future of futures) future.observe();
    if (this.#cancelled !== undefined) this.cancel(this.#cancelled.reason);
  }

  async #follow(): Promise<void> {
    try {
      const futures = await this.#futures;
      this.#know(futures);
      const finals = await Promise.all(futures.map((future) => future.outcome));
      this.settle(summarize(finals, this.state));
    } catch (error) {
      this.settle(unsuccessfulState({ ...this.state, type: "FAILED", name: stateNames.failed }, error as Error));
    }
  }
}

/** Like `Promise.all`: the values in order, or the first failure of the list. */
function summarize<R>(finals: readonly FinalState<R>[], state: RunState): FinalState<R[]> {
  const bad = finals.find((final) => final.type !== "COMPLETED");
  if (bad !== undefined) {
    const { type, name, message, error } = bad;
    return unsuccessfulState({ ...state, type, name, message }, error);
  }
  const values = finals.flatMap((final) => (final.type === "COMPLETED" ? [final.value] : []));
  return finalState({ ...state, type: "COMPLETED", name: stateNames.completed }, values);
}
