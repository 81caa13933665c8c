import type { BackgroundRun, TaskRun } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as taskWorkers from "../../task-deliveries/task-workers.service.ts";
import { backgroundOf } from "./background-run.queries.ts";
import { waitingOf } from "./background-run.rules.ts";

/** Who runs a background task run, or why nobody does yet; null for any other task run. */
export async function backgroundRun(
  context: Context,
  { id, task_key, state_type }: TaskRun,
): Promise<BackgroundRun | null> {
  const found = await backgroundOf(context.db.read, id);
  if (found === undefined) return null;
  const waits = state_type === "SCHEDULED" && found.place !== undefined;
  const workers = waits ? await taskWorkers.filter(context, [task_key]) : [];
  return {
    worker: found.worker,
    priority: found.priority,
    waiting: waitingOf({
      task_key,
      state_type,
      place: found.place,
      workers: workers.map(({ identifier }) => identifier),
      unserved: taskWorkers.unserved(task_key),
      now: context.clock.now(),
    }),
  };
}
