import { type StateType, stateNames, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Sql, Writer } from "../db/dialect.ts";
import { writeJson } from "../db/json-text.ts";

export interface OpenTaskRun {
  readonly id: string;
  readonly state_type: StateType;
  readonly state_timestamp: Timestamp;
  /** When a server was told of the state. */
  readonly updated: Timestamp;
}

/**
 * Task runs that somebody should be working on: those that have no end, but for what will never start (NotReady) and what
 * stands for a subflow, which has a life of its own.
 */
export function openTaskRuns(tx: Writer, flowRunId: string): Promise<readonly OpenTaskRun[]> {
  return tx
    .selectFrom("task_run")
    .select(["id", "state_type", "state_timestamp", "updated"])
    .$narrowType<{ state_type: StateType; state_timestamp: Timestamp }>()
    .where("flow_run_id", "=", flowRunId)
    .where("state_type", "in", ["PENDING", "RUNNING", "SCHEDULED"])
    .where("state_name", "<>", stateNames.notReady)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("flow_run").select("id").whereRef("flow_run.parent_task_run_id", "=", "task_run.id"))),
    )
    .execute();
}

export interface AbandonedTaskRun {
  readonly id: string;
  readonly state_id: string;
  readonly state_timestamp: Timestamp;
  /** Microseconds in RUNNING since the state before. */
  readonly ran: number;
}

const columns = { id: "uuid", state_id: "uuid", state_timestamp: "moment", ran: "moment" } as const;

export interface Ending {
  readonly rows: readonly AbandonedTaskRun[];
  readonly end: { readonly type: StateType; readonly name: string; readonly message: string };
  readonly now: Timestamp;
}

/** Puts them all into the state. */
export async function endTaskRuns(tx: Writer, dialect: Sql, { rows, end, now }: Ending): Promise<void> {
  const given = dialect.rowsOf(writeJson(rows), columns);
  const [type, name] = [sql.lit(end.type), sql.lit(end.name)];
  await sql`
    INSERT INTO task_run_state (id, created, type, name, timestamp, message, state_details, data, task_run_id)
    SELECT state_id, ${now}, ${type}, ${name}, state_timestamp, ${end.message}, '{}', NULL, id
    FROM ${given} AS given`.execute(tx);
  await sql`
    UPDATE task_run SET updated = ${now}, state_id = given.state_id, state_type = ${type}, state_name = ${name},
      state_timestamp = given.state_timestamp, last_word = task_run.state_timestamp,
      total_run_time = task_run.total_run_time + given.ran, start_time = coalesce(start_time, given.state_timestamp),
      end_time = given.state_timestamp, next_scheduled_start_time = NULL
    FROM ${given} AS given WHERE task_run.id = given.id`.execute(tx);
}
