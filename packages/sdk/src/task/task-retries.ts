import { type Duration, durationSeconds, retryDelay, withJitter } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { isDuration, shown } from "../run/option-checks.ts";

/** One delay for all retries, one for each (the last repeats), or a function of the failed attempt's number, from 1. */
export type RetryDelay = Duration | readonly Duration[] | ((attempt: number) => Duration);

export interface RetryOptions {
  readonly retryDelay?: RetryDelay;
  /** Lengthens each delay by a random share of up to this fraction, so that tasks that failed together don't retry together. */
  readonly retryJitter?: number;
  /** Whether this error is worth a retry. */
  readonly retryIf?: (error: Error, attempt: number) => boolean | Promise<boolean>;
}

/** Logs a problem with a run that does not fail the run. */
export type Warn = (message: string) => void;

/** Whether the failure is worth a retry. A `retryIf` that throws counts as no: it exists to prevent repetitions. */
export async function isWorthRetry({ retryIf }: RetryOptions, error: Error, asked: { attempt: number; warn: Warn }) {
  if (retryIf === undefined) return true;
  try {
    return Boolean(await retryIf(error, asked.attempt));
  } catch (thrown) {
    asked.warn(`its retryIf failed: ${failureMessage(thrown)}; not trying again`);
    return false;
  }
}

/** Seconds to wait before the retry; 0 where the function returns no usable delay. */
export function secondsBeforeRetry(options: RetryOptions, { attempt, warn }: { attempt: number; warn: Warn }): number {
  try {
    return withJitter(secondsBefore(options, attempt), options.retryJitter ?? 0);
  } catch (thrown) {
    warn(`its retryDelay failed: ${failureMessage(thrown)}; trying again at once`);
    return 0;
  }
}

const maxListedDelays = 50;

/** The delays as the server stores them with the run: a single one where all are equal. */
export function listedDelays(what: string, options: RetryOptions, retries: number): number | number[] {
  const listed = Array.from({ length: Math.min(retries, maxListedDelays) }, (_, index) => {
    try {
      return secondsBefore(options, index + 1);
    } catch (thrown) {
      throw new UsageError(`${what}: retryDelay failed for attempt ${index + 1}: ${failureMessage(thrown)}`, {
        cause: thrown,
      });
    }
  });
  return new Set(listed).size <= 1 ? (listed[0] ?? 0) : listed;
}

function secondsBefore({ retryDelay: delay = 0 }: RetryOptions, attempt: number): number {
  if (typeof delay === "function") return givenSeconds(delay(attempt));
  return retryDelay(Array.isArray(delay) ? delay.map(durationSeconds) : durationSeconds(delay as Duration), attempt);
}

function givenSeconds(delay: Duration): number {
  if (!isDuration(delay))
    throw new UsageError(`it gave ${shown(delay)}; give a number of seconds, or "500ms", "2s", "10m"`);
  return durationSeconds(delay);
}
