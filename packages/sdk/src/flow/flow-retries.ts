import { durationSeconds, retryDelay } from "@ostinato/core";
import type { FlowDefinition } from "./flow-definition.ts";

export interface Tries {
  /** Attempts of the run before it was resumed. */
  readonly before: number;
  /** The attempt that fails next, counted from 1 since then. */
  readonly attempt: number;
}

/**
 * The policy for the server's retry rule. The rule counts all attempts of the run, and a resumed run gets all its retries again. The rule
 * knows whole seconds only; fractions are waited for here.
 */
export function retryPolicy(definition: FlowDefinition, { before, attempt }: Tries) {
  return { retries: before + definition.retries, retry_delay: Math.floor(delayAfter(definition, attempt)) };
}

/** Seconds to wait after the failure of the attempt. */
export function delayAfter({ options: { retryDelay: delay = 0 } }: FlowDefinition, attempt: number): number {
  const seconds = Array.isArray(delay) ? delay.map(durationSeconds) : durationSeconds(delay as number);
  return retryDelay(seconds, attempt);
}
