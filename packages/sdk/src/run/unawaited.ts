import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import type { RunFuture } from "./future.ts";

/** A run that no other run answers for: when it fails and nobody has awaited it, the program says so and ends with code 1. */
export async function answerFor(future: RunFuture<unknown>): Promise<void> {
  const final = await future.outcome;
  if (final.type === "COMPLETED") return;
  // Whoever is about to await it has a turn to do so.
  await new Promise((resolve) => setImmediate(resolve));
  if (future.observed) return;
  notice(
    logLevels.error,
    `"${future.name}" ${final.name.toLowerCase()} and nobody awaited it: ${failureMessage(final.error)}`,
  );
  process.exitCode ||= 1;
}
