import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { WorkQueueHealth } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { countLate } from "./health.queries.ts";
import { queueById } from "./work-queues.queries.ts";
import { silenceSeconds } from "./work-queues.service.ts";

const maxLateRuns = 0;

/** Whether the queue is polled, and its runs start in time. */
export async function healthOf({ db, clock }: Context, id: string): Promise<WorkQueueHealth> {
  const queue = await queueById(db.read, id);
  if (queue === undefined) throw notFound("Work queue", id);
  const late = await countLate(db.slow, id);
  const { last_polled } = queue;
  const isPolled = last_polled !== null && last_polled >= addSeconds(clock.now(), -silenceSeconds);
  return {
    healthy: isPolled && late <= maxLateRuns,
    late_runs_count: late,
    last_polled: last_polled === null ? null : formatTimestamp(last_polled),
    health_check_policy: { maximum_late_runs: maxLateRuns, maximum_seconds_since_last_polled: silenceSeconds },
  };
}
