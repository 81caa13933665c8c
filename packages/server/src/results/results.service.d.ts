import type { Timestamp } from "@ostinato/core";
import type { TaskRunValues } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
/** What a state of a task run brought besides the state. The result takes the state's id. */
export interface BroughtValues {
  readonly stateId: string;
  readonly timestamp: Timestamp;
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly taskKey: string;
  readonly flowRunAttempt: number;
  readonly values: TaskRunValues;
}
/** Keeps inputs and results in the unit of work of the states that brought them; a state's values once. */
export declare function keepBrought(
  { db, config, clock }: Pick<Context, "db" | "config" | "clock">,
  tx: Writer,
  brought: readonly BroughtValues[],
): Promise<void>;
