import { stateNames, type Timestamp, timeOrderedId } from "@ostinato/core";
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
  /** How long the process was at work, by the server's clock. */
  readonly until: Timestamp;
}

/**
 * Ends what a process that is no more has left unfinished in a flow run. They ran for as long as the
 * server has counted between hearing of them and the process's end, whatever the clock of the process shows. Should the process
 * be alive after all, whatever it says later than what was last heard of them counts.
 */
export async function endAbandoned(unit: Unit, { flowRunId, why, until }: Abandonment): Promise<void> {
  const open = await queries.openTaskRuns(unit.tx, flowRunId);
  if (open.length === 0) return;
  const now = unit.context.clock.now();
  const rows = open.map(({ id, state_type, state_timestamp, updated }) => {
    const lasted = Math.max(1, until - updated);
    const timestamp = (state_timestamp + lasted) as Timestamp;
    const ran = state_type === "RUNNING" ? lasted : 0;
    return { id, state_id: timeOrderedId(timestamp), state_timestamp: timestamp, ran };
  });
  await queries.endTaskRuns(unit.tx, unit.sql, { rows, end: ends[why], now });
  unit.changed("task-run", rows);
}
