import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialects/dialect.ts";

export function spanOfFlowRun(reader: Reader, id: string) {
  return reader
    .selectFrom("flow_run")
    .select(["id", "start_time", "expected_start_time", "end_time"])
    .where("id", "=", id)
    .executeTakeFirst();
}

export interface NodeQuery {
  readonly flowRunId: string;
  /** Leaves out what had ended before. */
  readonly since: Timestamp | null;
  readonly limit: number;
}

/** The task runs of a flow run, each once for every subflow that it stands for, by their start. */
export function taskRunsWithSubflows(reader: Reader, { flowRunId, since, limit }: NodeQuery) {
  const begin = sql<Timestamp | null>`coalesce(child.start_time, child.expected_start_time,
    task_run.start_time, task_run.expected_start_time)`;
  const end = sql<Timestamp | null>`coalesce(child.end_time, task_run.end_time,
    CASE WHEN task_run.state_type = 'COMPLETED' THEN task_run.expected_start_time END)`;
  return reader
    .selectFrom("task_run")
    .leftJoin("flow_run as child", "child.parent_task_run_id", "task_run.id")
    .leftJoin("flow", "flow.id", "child.flow_id")
    .select([
      "task_run.id as task_run_id",
      "task_run.name as task_run_name",
      "task_run.state_type as task_run_state_type",
      "task_run.task_inputs as task_inputs",
      "child.id as child_id",
      "child.name as child_name",
      "child.state_type as child_state_type",
      "flow.name as flow_name",
      begin.as("start_time"),
      end.as("end_time"),
    ])
    .where("task_run.flow_run_id", "=", flowRunId)
    .where(begin, "is not", null)
    .$if(since !== null, (query) => query.where((eb) => eb.or([eb(end, "is", null), eb(end, ">=", since)])))
    .orderBy(begin)
    .orderBy(sql`coalesce(${end}, 9223372036854775807)`)
    .orderBy("task_run.id")
    .limit(limit)
    .execute();
}

/** Which subflows the task runs of a flow run stand for. */
export function subflowsOf(reader: Reader, flowRunId: string) {
  return reader
    .selectFrom("flow_run as child")
    .innerJoin("task_run", "task_run.id", "child.parent_task_run_id")
    .select(["task_run.id as task_run_id", "child.id as child_id"])
    .where("task_run.flow_run_id", "=", flowRunId)
    .execute();
}

/** The artifacts that a flow run and its task runs made, without those that keep results. */
export function artifactsOf(reader: Reader, flowRunId: string, limit: number) {
  return reader
    .selectFrom("artifact")
    .leftJoin("artifact_collection as collection", "collection.latest_id", "artifact.id")
    .select([
      "artifact.id",
      "artifact.created",
      "artifact.key",
      "artifact.type",
      "artifact.task_run_id",
      "collection.id as collection_id",
      sql<string | null>`CASE WHEN artifact.type = 'progress' THEN artifact.data END`.as("progress"),
    ])
    .where("artifact.flow_run_id", "=", flowRunId)
    .where((eb) => eb.or([eb("artifact.type", "is", null), eb("artifact.type", "!=", "result")]))
    .orderBy("artifact.created")
    .orderBy("artifact.id")
    .limit(limit)
    .execute();
}
