import { stateNames, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Writer } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./abandonment.queries.ts";
import type { TaskRunRow } from "./task-runs.presenter.ts";
import { taskRunsByIds } from "./task-runs.queries.ts";

const ends = {
  died: { type: "CRASHED", name: stateNames.crashed, message: "Its process died before it had come to its end." },
  cancelled: {
    type: "CANCELLED",
    name: stateNames.cancelled,
    message: "Its flow run was cancelled before it had come to its end.",
  },
} as const;

export interface Abandonment {
  readonly flowRunId: string;
  readonly why: keyof typeof ends;
  /** How long the process was at work, by the server's clock. */
  readonly until: Timestamp;
}

/**
 * Ends what a process that is no more has left unfinished in a flow run, and gives the task runs. They ran for as long as the
 * server has counted between hearing of them and the process's end, whatever the clock of the process shows. Should the process
 * be alive after all, whatever it says later than what was last heard of them counts.
 */
export async function endAbandoned(
  { db, clock }: Pick<Context, "db" | "clock">,
  tx: Writer,
  { flowRunId, why, until }: Abandonment,
): Promise<readonly TaskRunRow[]> {
  const open = await queries.openTaskRuns(tx, flowRunId);
  if (open.length === 0) return [];
  const now = clock.now();
  const rows = open.map(({ id, state_type, state_timestamp, updated }) => {
    const lasted = Math.max(1, until - updated);
    const timestamp = (state_timestamp + lasted) as Timestamp;
    const ran = state_type === "RUNNING" ? lasted : 0;
    return { id, state_id: timeOrderedId(timestamp), state_timestamp: timestamp, ran };
  });
  await queries.endTaskRuns(tx, db.sql, { rows, end: ends[why], now });
  return taskRunsByIds(
    tx,
    rows.map(({ id }) => id),
  );
}
