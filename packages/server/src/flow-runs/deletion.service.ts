import type { BodyOf, bulkDeleteFlowRuns } from "@ostinato/protocol";
import { releaseAll, releaseOfTaskRunsOf } from "../concurrency-limits/run-slots.service.ts";
import type { Writer } from "../db/dialect.ts";
import * as events from "../events/events.service.ts";
import { refuseIdleFilter } from "../kernel/bulk-filter.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { unit } from "../kernel/unit.ts";
import { leaveLeftovers, removeLeftovers } from "../run-leftovers/run-leftovers.service.ts";
import * as queries from "./deletion.queries.ts";
import { deletionEvent } from "./deletion-event.ts";
import { findFlowRuns, idlePartsOf } from "./flow-runs.queries.ts";
import { wakeForSlot } from "./waking.ts";

/**
 * Deletes the run with its task runs, states, inputs, logs and results, and notifies the program that works on it. Data that
 * makes sense without the run stays: its subflows, which lose their parent, its artifacts, and results outside the database. The
 * pages and the command warn of this beforehand (`core/deletion.ts`).
 */
export async function remove(context: Context, id: string): Promise<void> {
  if (!(await removeOne(context, id))) throw absent("Flow run");
}

/** Deletes the matching runs up to the limit, and returns their ids. */
export async function removeMatching(context: Context, body: BodyOf<typeof bulkDeleteFlowRuns>): Promise<string[]> {
  const { flow_runs, limit } = body;
  refuseIdleFilter("flow_runs", body, idlePartsOf);
  const found = await findFlowRuns(context.db, { flow_runs, sort: "ID_DESC", limit: limit ?? 50, offset: 0 });
  const deleted: string[] = [];
  for (const { id } of found) if (await removeOne(context, id)) deleted.push(id);
  return deleted;
}

/** A run may have a hundred thousand task runs and a million lines of log: in steps, so that nobody waits for long. */
async function removeOne(context: Context, id: string): Promise<boolean> {
  // Nobody could tell afterwards whose they were. Its own are free with its row, since its process may be at work until then.
  await unit(context, (unit) => releaseOfTaskRunsOf(unit, id));
  await inSteps(context, (tx) => queries.deleteSomeTaskRuns(tx, id));
  const done = await unit(context, async (unit) => {
    const working = await queries.unfinishedRun(unit.tx, id);
    const done = await queries.deleteFlowRun(unit.tx, id);
    if (done) {
      unit.deleted("flow-run", [id]);
      await releaseAll(unit, id);
      leaveLeftovers(unit, "flow-run", id);
    }
    if (done && working !== undefined) {
      wakeForSlot(unit, working.pool_id, working.state_type);
      await events.recordNew(unit, [deletionEvent(working, context.clock.now())]);
    }
    return done;
  });
  await removeLeftovers(context, "flow-run", id);
  return done;
}

async function inSteps(context: Context, deleteSome: (tx: Writer) => Promise<number>): Promise<void> {
  while ((await unit(context, ({ tx }) => deleteSome(tx))) > 0);
}
