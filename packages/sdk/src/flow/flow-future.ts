import { stateNames, type Timestamp } from "@ostinato/core";
import { Cancelled } from "../errors.ts";
import { RunFuture } from "../run/future.ts";
import type { FinalState, RunState } from "../states.ts";
import type { RunControl } from "../task/task-future.ts";

const unsent: RunState = { id: "", type: "PENDING", name: stateNames.pending, message: "", timestamp: 0 as Timestamp };

/** A future of a flow run. Awaiting it gives the flow's value; as an argument of a task it is a dependency. */
export class FlowFuture<T> extends RunFuture<T> {
  override readonly [Symbol.toStringTag] = "FlowFuture";
  readonly #created = Promise.withResolvers<string>();
  readonly #flowName: string;
  #id: string | undefined;
  #name: string | undefined;
  #control: RunControl | undefined;
  #interruption: Error | undefined;
  #taskRunId: string | undefined;

  constructor(flowName: string) {
    super();
    this.#flowName = flowName;
    this.#created.promise.catch(() => {});
  }

  /** Undefined until the server has created the run. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The id, once the server has created the run. Rejects when it could not. */
  get created(): Promise<string> {
    return this.#created.promise;
  }

  get name(): string {
    return this.#name ?? this.#flowName;
  }

  protected get callee(): string {
    return this.#flowName;
  }

  get state(): RunState {
    return this.final ?? this.#control?.state ?? unsent;
  }

  cancel(reason?: string): void {
    if (this.final !== undefined) return;
    this.observe();
    this.interrupt(new Cancelled(reason));
  }

  /** Called by the engine to end the run from outside, possibly before the run exists. */
  interrupt(reason: Error): void {
    this.#interruption ??= reason;
    this.#control?.interrupt(this.#interruption);
  }

  taskRunIds(): readonly string[] {
    return this.#taskRunId === undefined ? [] : [this.#taskRunId];
  }

  /** Called by the engine when the parent has a task run for the subflow. */
  track(taskRunId: string): void {
    this.#taskRunId = taskRunId;
  }

  /** Called by the engine when the server has created the run. */
  begin(id: string, name: string, control: RunControl): void {
    this.#id = id;
    this.#name = name;
    this.#control = control;
    this.#created.resolve(id);
    if (this.#interruption !== undefined) control.interrupt(this.#interruption);
  }

  /** Called by the engine, once. */
  end(final: FinalState<T>): void {
    if (final.type !== "COMPLETED") this.#created.reject(final.error);
    this.settle(final);
  }
}
