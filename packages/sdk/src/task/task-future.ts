import { Cancelled } from "../errors.ts";
import { RunFuture } from "../run/future.ts";
import type { FinalState, RunState } from "../states.ts";

/** What a future asks of the run behind it. */
export interface RunControl {
  readonly state: RunState;
  interrupt(reason: Error): void;
}

/** The run of a task: awaited, it gives the task's value. Given to another task, it is a dependency. */
export class TaskFuture<T> extends RunFuture<T> {
  override readonly [Symbol.toStringTag] = "TaskFuture";
  readonly id: string;
  readonly #control: RunControl & { readonly name: string };

  constructor(id: string, control: RunControl & { readonly name: string }) {
    super();
    this.id = id;
    this.#control = control;
  }

  /** Where the task has a `runName`, the name that it makes of the arguments once they are known. */
  get name(): string {
    return this.#control.name;
  }

  get state(): RunState {
    return this.final ?? this.#control.state;
  }

  cancel(reason?: string): void {
    if (this.final !== undefined) return;
    this.observe();
    this.#control.interrupt(new Cancelled(reason));
  }

  taskRunIds(): readonly string[] {
    return [this.id];
  }

  /** Called by the engine, once. */
  end(final: FinalState<T>): void {
    this.settle(final);
  }
}
