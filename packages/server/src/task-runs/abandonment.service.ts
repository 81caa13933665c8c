import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import * as queries from "./abandonment.queries.ts";
import type { TaskRunRow } from "./task-runs.presenter.ts";
import { taskRunsByIds } from "./task-runs.queries.ts";

const ends = {
  died: { type: "CRASHED", name: "Crashed", message: "Its process died before it had come to its end." },
  cancelled: {
    type: "CANCELLED",
    name: "Cancelled",
    message: "Its flow run was cancelled before it had come to its end.",
  },
} as const;

/**
 * Ends what a process that is no more has left unfinished in a flow run, and gives the task runs. They end the moment after what
 * was last heard of them: should the process be alive after all, whatever it says of them is later, by any clock.
 */
export async function endAbandoned(
  { db, clock }: Pick<Context, "db" | "clock">,
  tx: Writer,
  flowRunId: string,
  why: keyof typeof ends = "died",
): Promise<readonly TaskRunRow[]> {
  const open = await queries.openTaskRuns(tx, flowRunId);
  if (open.length === 0) return [];
  const now = clock.now();
  const rows = open.map(({ id, state_timestamp }) => {
    const timestamp = (state_timestamp + 1) as Timestamp;
    return { id, state_id: timeOrderedId(timestamp), state_timestamp: timestamp };
  });
  await queries.endTaskRuns(tx, db.sql, { rows, end: ends[why], now });
  return taskRunsByIds(
    tx,
    rows.map(({ id }) => id),
  );
}
