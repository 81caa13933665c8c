import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import type { RunFuture } from "./future.ts";

/** Reports a run outside of other runs that failed without being awaited, and sets the program's exit code to 1. */
export async function reportUnawaited(future: RunFuture<unknown>): Promise<void> {
  const final = await future.outcome;
  if (final.type === "COMPLETED") return;
  // Code that is about to await it still may.
  await new Promise((resolve) => setImmediate(resolve));
  if (future.observed) return;
  notice(
    logLevels.error,
    `"${future.name}" ${final.name.toLowerCase()} and nobody awaited it: ${failureMessage(final.error)}`,
  );
  process.exitCode ||= 1;
}
