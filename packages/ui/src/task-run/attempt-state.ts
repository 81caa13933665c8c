import { type Attempt, type StateType, stateNames } from "@ostinato/core";
import type { State } from "../api/types.ts";

/** How an attempt ended, or where it is. The state after a retried attempt is the wait for the next one; the attempt itself failed. */
export function attemptState({ outcome: { type, name } }: Attempt<State>): {
  readonly type: StateType;
  readonly name: string;
} {
  return type === "SCHEDULED" ? { type: "FAILED", name: stateNames.failed } : { type, name };
}
