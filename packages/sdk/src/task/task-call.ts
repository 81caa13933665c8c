import type { FlowRunView, TaskRunView } from "../context.ts";
import type { Limiter } from "../run/limiter.ts";
import type { Scope } from "../scope.ts";

/** Where a task was called. */
export interface Place {
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  /** The task run that called it. */
  readonly parent: TaskRunView | undefined;
}

/** What a call says besides its arguments. */
export interface CallOptions {
  /** Runs that must be over first, whose values the task does not take. */
  readonly waitFor?: unknown;
  /** Bounds how many of the calls that share it run at once. */
  readonly limiter?: Limiter | undefined;
}
