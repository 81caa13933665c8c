import type { Clock } from "@ostinato/core";

/** The signs of life of this server, which come back to it as they reach the others: where they do not, it hears nobody. */
export interface OwnSigns {
  sent(): void;
  cameBack(): void;
  /** Seconds since the oldest sign was sent that should have come back; 0 where all came. */
  missingSeconds(): number;
}

export function createOwnSigns(clock: Clock): OwnSigns {
  let oldestSentAt: number | undefined;
  return {
    sent() {
      oldestSentAt ??= clock.elapsed();
    },
    cameBack() {
      oldestSentAt = undefined;
    },
    missingSeconds: () => (oldestSentAt === undefined ? 0 : clock.elapsed() - oldestSentAt),
  };
}
