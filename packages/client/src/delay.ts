import { exponentialDelay, withJitter } from "@ostinato/core";

/**
 * Seconds before a request is made again: longer each time, never sooner than the server asked for, and not at the same moment
 * as everybody else whom it told the same.
 */
export function delayBeforeRetry(attempt: number, retryAfterSeconds = 0, capSeconds = 10): number {
  const delay = exponentialDelay(attempt, { baseSeconds: 0.1, capSeconds });
  return Math.max(delay, withJitter(retryAfterSeconds, 0.5));
}
