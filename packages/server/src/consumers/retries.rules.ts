import { addSeconds, exponentialDelay, type Timestamp } from "@ostinato/core";

/** A change that failed so often becomes a dead letter. */
const maxAttempts = 10;
const baseSeconds = 1;
/** With it the ten attempts take about nine minutes. */
const maxDelaySeconds = 300;

/** When a change that has failed so often is tried again; null where it is not. */
export function nextAttempt(
  attempts: number,
  { now, random }: { readonly now: Timestamp; readonly random?: () => number },
): Timestamp | null {
  if (attempts >= maxAttempts) return null;
  const options = { baseSeconds, capSeconds: maxDelaySeconds, ...(random === undefined ? {} : { random }) };
  return addSeconds(now, exponentialDelay(attempts - 1, options));
}

/** A time further ahead than any delay was written while a clock was wrong: it is not waited for. */
export function latestDue(now: Timestamp): Timestamp {
  return addSeconds(now, 2 * maxDelaySeconds);
}

/** Seconds until a failed change is due; 0 where it is. */
export function secondsUntil(due: Timestamp, now: Timestamp): number {
  if (due <= now || due > latestDue(now)) return 0;
  return (due - now) / 1_000_000;
}
