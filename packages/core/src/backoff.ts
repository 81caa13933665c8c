/** Doubles from `baseSeconds`, never past `capSeconds`, spread by up to ±`spread` of itself so that callers part. */
export function exponentialDelay(attempt: number, options: ExponentialOptions): number {
  const { baseSeconds, capSeconds, spread = 0.2, random = Math.random } = options;
  const delay = Math.min(capSeconds, baseSeconds * 2 ** attempt);
  return delay * (1 + spread * (2 * random() - 1));
}

export interface ExponentialOptions {
  readonly baseSeconds: number;
  readonly capSeconds: number;
  readonly spread?: number;
  readonly random?: () => number;
}

/** The delay before retry number `attempt` (1 is the first): a list is read by attempt, its last entry repeats. */
export function retryDelay(delays: number | readonly number[], attempt: number): number {
  if (typeof delays === "number") return delays;
  return delays[Math.min(attempt, delays.length) - 1] ?? 0;
}

/** Lengthens a delay by a random share, up to `factor` times the delay. The result is never shorter than the delay. */
export function withJitter(delaySeconds: number, factor: number, random: () => number = Math.random): number {
  return delaySeconds * (1 + factor * random());
}
