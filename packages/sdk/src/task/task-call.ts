import type { Duration, Timestamp } from "@ostinato/core";
import type { TaskInputs } from "@ostinato/protocol";
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

/** A task run that the server has, and that this process is to execute. */
export interface GivenRun {
  readonly id: string;
  readonly name: string;
  readonly dynamicKey: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly inputs: TaskInputs;
  readonly expectedStart: Timestamp | null;
  /** How many times it has begun. */
  readonly runCount: number;
  /** What to wait for before an end is reported: undefined where the run is certainly this process's. */
  readonly untilOwned: () => Promise<void> | undefined;
}

/** When and where a deferred call runs. */
export interface DeferredCall {
  /** Among the waiting runs of the workers' tasks, smaller goes first; 0 by default. */
  readonly priority?: number | undefined;
  readonly startIn?: Duration | undefined;
}

/** Options of a call besides its arguments. */
export interface CallOptions {
  /** Runs that must be over first, although the task does not take their values. */
  readonly waitFor?: unknown;
  /** Bounds how many of the calls that share it run at once. */
  readonly limiter?: Limiter | undefined;
  readonly deferred?: DeferredCall | undefined;
  readonly given?: GivenRun | undefined;
}
