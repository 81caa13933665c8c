import type { Duration } from "@ostinato/core";
import type { DelayedRun } from "./delayed-run.ts";
import type { CallOptions } from "./task-call.ts";
import type { TaskDefinition } from "./task-definition.ts";

export interface WorkerOptions {
  /** How many runs are executed at once; 10 by default. */
  readonly limit?: number;
  /** How long runs under way are waited for when the process is told to stop; 10 minutes by default. */
  readonly shutdownTimeout?: Duration;
  /** Stops the worker as SIGTERM does. */
  readonly signal?: AbortSignal;
}

/** The part of this package that delays tasks and works on them. */
export interface Background {
  /** Loads it: a program that only runs its flows does not need it. */
  load(): Promise<{
    delayTask(definition: TaskDefinition, args: readonly unknown[], call: CallOptions): Promise<DelayedRun<unknown>>;
    runWorker(tasks: readonly unknown[], options: WorkerOptions): Promise<void>;
  }>;
}

export function registerBackground(registered: Background): void {
  background = registered;
}

let background: Background | undefined;

export function registeredBackground(): Background {
  if (background === undefined) throw new Error("background tasks are not registered");
  return background;
}
