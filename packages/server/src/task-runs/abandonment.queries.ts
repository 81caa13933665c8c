import { type RunTimes, type StateType, stateNames, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Writer } from "../db/dialect.ts";
import { writeJson } from "../db/json-text.ts";
import { portable } from "../db/portable.ts";
import { isOfType } from "../db/state-sql.ts";

export interface OpenTaskRun extends RunTimes {
  readonly id: string;
  readonly state_type: StateType;
  readonly state_timestamp: Timestamp;
  /** When a server received the state. */
  readonly reported: Timestamp;
}

/**
 * Task runs that a process should be working on: those without an end, except ones that never start (NotReady), those that stand for a
 * subflow, which ends by itself, and deferred ones, which task workers run.
 */
export function openTaskRuns(tx: Writer, flowRunId: string): Promise<readonly OpenTaskRun[]> {
  return tx
    .selectFrom("task_run")
    .leftJoin("task_run_state as state", "state.id", "task_run.state_id")
    .select(["task_run.id", "task_run.state_type", "task_run.state_timestamp"])
    .select(({ fn }) => fn.coalesce("state.created", "task_run.updated").as("reported"))
    .select([
      "run_count",
      "expected_start_time",
      "next_scheduled_start_time",
      "start_time",
      "end_time",
      "total_run_time",
    ])
    .$narrowType<{ state_type: StateType; state_timestamp: Timestamp }>()
    .where("task_run.flow_run_id", "=", flowRunId)
    .where(isOfType("task_run.state_type", ["PENDING", "RUNNING", "SCHEDULED"]))
    .where("task_run.state_name", "<>", stateNames.notReady)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("flow_run").select("id").whereRef("flow_run.parent_task_run_id", "=", "task_run.id"))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("task_delivery").select("task_run_id").whereRef("task_run_id", "=", "task_run.id"))),
    )
    .execute();
}

export interface EndedTaskRun extends Omit<RunTimes, "run_count"> {
  readonly id: string;
  readonly state_id: string;
  readonly state_timestamp: Timestamp;
}

const columns = {
  id: "uuid",
  state_id: "uuid",
  state_timestamp: "moment",
  expected_start_time: "moment",
  next_scheduled_start_time: "moment",
  start_time: "moment",
  end_time: "moment",
  total_run_time: "moment",
} as const;

export interface Ending {
  readonly rows: readonly EndedTaskRun[];
  readonly end: { readonly type: StateType; readonly name: string; readonly message: string };
  readonly now: Timestamp;
}

/** Puts them all into the state. */
export async function endTaskRuns(tx: Writer, { rows, end, now }: Ending): Promise<void> {
  const given = portable.rowsOf(writeJson(rows), columns);
  const [type, name] = [sql.lit(end.type), sql.lit(end.name)];
  await sql`
    INSERT INTO task_run_state (id, created, type, name, timestamp, message, state_details, data, task_run_id)
    SELECT state_id, ${now}, ${type}, ${name}, state_timestamp, ${end.message}, '{}', NULL, id
    FROM ${given} AS given`.execute(tx);
  await sql`
    UPDATE task_run SET updated = ${now}, state_id = given.state_id, state_type = ${type}, state_name = ${name},
      state_timestamp = given.state_timestamp, last_word = task_run.state_timestamp,
      expected_start_time = given.expected_start_time, next_scheduled_start_time = given.next_scheduled_start_time,
      start_time = given.start_time, end_time = given.end_time, total_run_time = given.total_run_time
    FROM ${given} AS given WHERE task_run.id = given.id`.execute(tx);
}
