import type { FlowRunView, TaskRunView } from "../context.ts";
import type { Limiter } from "../run/limiter.ts";
import type { Scope } from "../scope.ts";

/** The place where a task was called. */
export interface Place {
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  /** The task run that made the call. */
  readonly parent: TaskRunView | undefined;
}

/** Options of a call besides its arguments. */
export interface CallOptions {
  /** Runs that must be over first, although the task does not take their values. */
  readonly waitFor?: unknown;
  /** Bounds how many of the calls that share it run at once. */
  readonly limiter?: Limiter | undefined;
}
