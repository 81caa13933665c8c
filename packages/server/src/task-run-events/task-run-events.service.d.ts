import { type Timestamp } from "@ostinato/core";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import { type Transition } from "./task-run-events.rules.ts";

export { type ReadTransition, readTransition, type Transition } from "./task-run-events.rules.ts";
export interface Recorded {
  /** Task runs that were added or moved, each in its latest state. */
  readonly moved: readonly MovedTaskRun[];
  /** Flow runs of which this server knows nothing: what happened in them was left out. */
  readonly missingFlowRuns: readonly string[];
}
export interface MovedTaskRun {
  readonly transition: Transition;
  readonly id: string;
  readonly created: Timestamp;
  readonly updated: Timestamp;
}
/**
 * Writes states that clients have decided, in the unit of work of the events that told them. They may come in any order and
 * more than once: all are kept, and a task run is in the latest.
 */
export declare function record(
  context: Pick<Context, "db" | "config" | "clock">,
  tx: Writer,
  given: readonly Transition[],
): Promise<Recorded>;
/** Tells the subscribers of task runs whose states have become durable. */
export declare function publish({ bus, clock }: Pick<Context, "bus" | "clock">, moved: readonly MovedTaskRun[]): void;
