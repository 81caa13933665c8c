import { exponentialDelay, withJitter } from "@ostinato/core";

/**
 * Seconds before a request is retried: longer each time, never sooner than the server asked for, and with jitter, so that clients don't
 * return all at once.
 */
export function delayBeforeRetry(attempt: number, retryAfterSeconds = 0, capSeconds = 10): number {
  const delay = exponentialDelay(attempt, { baseSeconds: 0.1, capSeconds });
  return Math.max(delay, withJitter(retryAfterSeconds, 0.5));
}
