import { addSeconds, formatTimestamp } from "@ostinato/core";
import { logLevels } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import * as logs from "../logs/logs.service.ts";
import * as taskWorkers from "./task-workers.service.ts";
import * as queries from "./unserved.queries.ts";
import { unservedLine } from "./unserved.rules.ts";

/** A worker may start, or come back, within so long. */
const patienceSeconds = 30;
const maxTold = 200;

interface NextTick {
  within(seconds: number): void;
}

/**
 * Writes into the log of a run that waits that none of the connected workers runs its task, once for each run. Nothing is said where no worker
 * is connected at all: then nobody has looked.
 */
export async function tellUnserved(context: Context, tick?: NextTick): Promise<void> {
  const workers = await taskWorkers.filter(context, []);
  if (workers.length === 0) return;
  const served = new Set(workers.flatMap(({ task_keys }) => task_keys));
  const keys = await queries.waitingKeys(context.db.read);
  let left = maxTold;
  for (const key of keys.filter((one) => !served.has(one))) {
    left -= await tellRunsOf(context, key, { message: unservedLine(key, workers), limit: left });
    if (left > 0) continue;
    tick?.within(0);
    return;
  }
}

async function tellRunsOf(
  context: Context,
  key: string,
  { message, limit }: { readonly message: string; readonly limit: number },
): Promise<number> {
  const now = context.clock.now();
  const dueBy = addSeconds(now, -patienceSeconds);
  const runs = await queries.untoldRuns(context.db.slow, { key, dueBy, limit });
  if (runs.length === 0) return 0;
  await unit(context, async (unit) => {
    await queries.markTold(
      unit.tx,
      runs.map(({ task_run_id }) => task_run_id),
    );
    const line = { name: "ostinato.task_workers", level: logLevels.warning, message, timestamp: formatTimestamp(now) };
    await logs.append(
      unit,
      runs.map(({ task_run_id, flow_run_id }) => ({ ...line, task_run_id, flow_run_id })),
    );
  });
  return runs.length;
}
