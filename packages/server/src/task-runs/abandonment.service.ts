import { stateNames, type Timestamp, timeOrderedId, timesAfter } from "@ostinato/core";
import type { Unit } from "../kernel/unit.ts";
import * as queries from "./abandonment.queries.ts";

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
  /** The time until which the process was at work, by the server's clock. */
  readonly until: Timestamp;
}

/**
 * Ends the task runs that a lost process left open in a flow run. They ran for as long as the server counted between their report
 * and the end of the process, whatever the process's clock shows. If the process is alive after all, its later reports count.
 */
export async function endAbandoned(unit: Unit, { flowRunId, why, until }: Abandonment): Promise<void> {
  const open = await queries.openTaskRuns(unit.tx, flowRunId);
  if (open.length === 0) return;
  // The process was still at work when it reported the newest of them.
  const end = Math.max(until, ...open.map(({ reported }) => reported));
  const rows = open.map((run) => ended(run, end));
  await queries.endTaskRuns(unit.tx, { rows, end: ends[why], now: unit.context.clock.now() });
  unit.changed("task-run", rows);

  function ended(run: queries.OpenTaskRun, end: number): queries.EndedTaskRun {
    const timestamp = (run.state_timestamp + Math.max(1, end - run.reported)) as Timestamp;
    const from = { type: run.state_type, timestamp: run.state_timestamp };
    const times = timesAfter(run, from, { type: ends[why].type, timestamp, details: {} });
    return { id: run.id, state_id: timeOrderedId(timestamp), state_timestamp: timestamp, ...times };
  }
}
