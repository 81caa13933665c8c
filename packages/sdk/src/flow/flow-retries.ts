import { durationSeconds, retryDelay } from "@ostinato/core";
import type { FlowDefinition } from "./flow-definition.ts";

export interface Tries {
  /** How often the run was tried before it was resumed. */
  readonly before: number;
  /** The attempt whose failure comes next, 1 for the first since then. */
  readonly attempt: number;
}

/**
 * The policy that the server's retry rule reads. The rule counts all attempts of the run; a run that is resumed has all its
 * retries again. The rule knows whole seconds: what is beyond them is waited for here.
 */
export function retryPolicy(definition: FlowDefinition, { before, attempt }: Tries) {
  return { retries: before + definition.retries, retry_delay: Math.floor(delayAfter(definition, attempt)) };
}

/** Seconds to wait after the failure of the attempt. */
export function delayAfter({ options: { retryDelay: delay = 0 } }: FlowDefinition, attempt: number): number {
  const seconds = Array.isArray(delay) ? delay.map(durationSeconds) : durationSeconds(delay as number);
  return retryDelay(seconds, attempt);
}
