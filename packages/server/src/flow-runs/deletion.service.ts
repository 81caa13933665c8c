import type { BodyOf, bulkDeleteFlowRuns } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import { absent } from "../errors.ts";
import * as queries from "./deletion.queries.ts";
import { findFlowRuns } from "./flow-runs.queries.ts";

/** Deletes the run with its task runs, states, inputs, logs and results. What it made for people stays: its artifacts. */
export async function remove(context: Context, id: string): Promise<void> {
  if (!(await removeOne(context, id))) throw absent("Flow run");
}

/** Deletes the runs that match, as many as the limit says, and gives their ids. */
export async function removeMatching(context: Context, body: BodyOf<typeof bulkDeleteFlowRuns>): Promise<string[]> {
  const { flow_runs, limit } = body;
  const found = await findFlowRuns(context.db, { flow_runs, sort: "ID_DESC", limit: limit ?? 50, offset: 0 });
  const deleted: string[] = [];
  for (const { id } of found) if (await removeOne(context, id)) deleted.push(id);
  return deleted;
}

/** A run may have a hundred thousand task runs and a million lines of log: in steps, so that nobody waits for long. */
async function removeOne(context: Context, id: string): Promise<boolean> {
  const { db, bus } = context;
  await inSteps(context, (tx) => queries.deleteSomeTaskRuns(tx, id));
  const done = await db.write((tx) => queries.deleteFlowRun(tx, id));
  if (done) bus.publish({ kind: "deleted", of: "flow-run", id });
  await inSteps(context, (tx) => queries.deleteSomeOf(tx, "log", id));
  await inSteps(context, (tx) => queries.deleteSomeOf(tx, "result", id));
  await inSteps(context, (tx) => queries.deleteSomeResultArtifacts(tx, id));
  return done;
}

async function inSteps({ db }: Context, deleteSome: (tx: Writer) => Promise<number>): Promise<void> {
  while ((await db.write(deleteSome)) > 0);
}
