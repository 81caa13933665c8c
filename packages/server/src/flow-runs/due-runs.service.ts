import type { FlowRun } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { checkAnswerSize } from "../kernel/paging.ts";
import { type DueRuns, dueRuns } from "./due-runs.queries.ts";
import { presentFlowRun } from "./flow-runs.presenter.ts";

/** The runs of these deployments that wait for a process and are due, the earliest first. */
export async function listDue({ db, clock }: Context, which: DueRuns): Promise<FlowRun[]> {
  const rows = await dueRuns(db.read, which);
  checkAnswerSize(rows.map(({ parameters }) => parameters.length));
  const now = clock.now();
  return rows.map((row) => presentFlowRun(row, now));
}
