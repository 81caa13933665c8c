import type { FlowRun } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { checkAnswerSize } from "../kernel/paging.ts";
import type { Unit } from "../kernel/unit.ts";
import { type DueRuns, dueRuns } from "./due-runs.queries.ts";
import { presentFlowRun } from "./flow-runs.presenter.ts";
import { assignRuns, flowRunsByIds } from "./flow-runs.queries.ts";

/** The runs of these deployments that wait for a process and are due, the earliest first. */
export async function listDue({ db, clock }: Context, which: DueRuns): Promise<FlowRun[]> {
  const rows = await dueRuns(db.read, which);
  checkAnswerSize(rows.map(({ parameters }) => parameters.length));
  const now = clock.now();
  return rows.map((row) => presentFlowRun(row, now));
}

/** The runs with these ids, in this order; ids that are gone are left out. */
export async function listByIds({ clock }: Context, reader: Reader, ids: readonly string[]): Promise<FlowRun[]> {
  if (ids.length === 0) return [];
  const rows = await flowRunsByIds(reader, ids);
  checkAnswerSize(rows.map(({ parameters }) => parameters.length));
  const now = clock.now();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [presentFlowRun(row, now)];
  });
}

/** Notes which worker has claimed the runs. */
export async function assignTo(
  { tx }: Unit,
  ids: readonly string[],
  worker: { readonly worker_id: string; readonly worker_name: string },
): Promise<void> {
  await assignRuns(tx, ids, worker);
}
