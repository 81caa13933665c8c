import type { BackfillCounts, BackfillOptions } from "./backfill-options.ts";
import { registeredServing } from "./flow-deployment.ts";

/**
 * Makes one run of a deployment for each time of its schedules from `from` until before `to`, the earliest first, and waits for them. Each run
 * has that time as its `scheduledTime`. Calling it again with the same times and parameters goes on where it was stopped: runs that exist are
 * not made again. Rejects with a `UsageError` where there is no such deployment or nothing to fill.
 *
 * ```ts
 * import { backfill } from "ostinato";
 *
 * export const january = () =>
 *   backfill("load/daily", { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", concurrency: 4 });
 * ```
 */
export async function backfill(deployment: string, options: BackfillOptions): Promise<BackfillCounts> {
  const serving = await registeredServing().load();
  return await serving.backfill(deployment, options);
}
