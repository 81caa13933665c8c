import { Cancelled } from "../errors.ts";
import { RunFuture } from "../run/future.ts";
import type { FinalState, RunState } from "../states.ts";

/** The methods of a run that its future needs. */
export interface RunControl {
  readonly state: RunState;
  interrupt(reason: Error): void;
}

interface TaskControl extends RunControl {
  readonly name: string;
  readonly taskName: string;
}

/** A future of a task run. Awaiting it gives the task's value; as an argument of another task it is a dependency. */
export class TaskFuture<T> extends RunFuture<T> {
  override readonly [Symbol.toStringTag] = "TaskFuture";
  readonly id: string;
  readonly #control: TaskControl;

  constructor(id: string, control: TaskControl) {
    super();
    this.id = id;
    this.#control = control;
  }

  /** With `runName`, changes once the arguments are known. */
  get name(): string {
    return this.#control.name;
  }

  protected get callee(): string {
    return this.#control.taskName;
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
