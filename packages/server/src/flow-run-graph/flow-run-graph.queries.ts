import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database, Reader, Sql } from "../db/dialects/dialect.ts";
import { prepared } from "../db/prepared.ts";
import type { FlowRunTable } from "../db/tables.ts";

const span = prepared<{ id: string }, Span>((reader, slot) =>
  reader
    .selectFrom("flow_run")
    .select(["start_time", "expected_start_time", "end_time"])
    .select(
      sql<number>`(SELECT count(*) FROM (SELECT 1 AS one FROM task_run
        WHERE flow_run_id = flow_run.id LIMIT ${fewTaskRuns + 1}) AS bounded)`.as("task_runs"),
    )
    .where("id", "=", slot("id")),
);

interface Span extends Pick<FlowRunTable, "start_time" | "expected_start_time" | "end_time"> {
  readonly task_runs: number;
}

/** So many are read in a millisecond. */
const fewTaskRuns = 200;

/** When a flow run was, and whether it has so few task runs that they may be read on this thread. */
export async function spanOfFlowRun({ read, sql }: Database, id: string) {
  const [run] = (await span(read, sql, { id })).rows;
  return run === undefined ? undefined : { ...run, isSmall: Number(run.task_runs) <= fewTaskRuns };
}

export interface NodeQuery {
  readonly flowRunId: string;
  /** Leaves out what had ended before. */
  readonly since: Timestamp | null;
  readonly limit: number;
}

interface NodeSlots {
  readonly flowRunId: string;
  readonly since: Timestamp;
  readonly limit: number;
}

const everyNode = prepared<Omit<NodeSlots, "since">, NodeRow>((reader, slot) =>
  selectNodes(reader).where("task_run.flow_run_id", "=", slot("flowRunId")).limit(slot("limit")),
);

const nodesSince = prepared<NodeSlots, NodeRow>((reader, slot) =>
  selectNodes(reader)
    .where("task_run.flow_run_id", "=", slot("flowRunId"))
    .where((eb) => eb.or([eb(end, "is", null), eb(end, ">=", slot("since"))]))
    .limit(slot("limit")),
);

const begin = sql<Timestamp | null>`coalesce(child.start_time, child.expected_start_time,
  task_run.start_time, task_run.expected_start_time)`;
const end = sql<Timestamp | null>`coalesce(child.end_time, task_run.end_time,
  CASE WHEN task_run.state_type = 'COMPLETED' THEN task_run.expected_start_time END)`;

/** The task runs, each once for every subflow that it stands for, by their start. */
function selectNodes(reader: Reader) {
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
    .where(begin, "is not", null)
    .orderBy(begin)
    .orderBy(sql`coalesce(${end}, 9223372036854775807)`)
    .orderBy("task_run.id");
}

type NodeRow = Awaited<ReturnType<ReturnType<typeof selectNodes>["execute"]>>[number];

/** The task runs of a flow run with their subflows. */
export async function taskRunsWithSubflows(reader: Reader, dialect: Sql, query: NodeQuery): Promise<NodeRow[]> {
  const { flowRunId, since, limit } = query;
  const { rows } =
    since === null
      ? await everyNode(reader, dialect, { flowRunId, limit })
      : await nodesSince(reader, dialect, { flowRunId, since, limit });
  return rows;
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

const artifacts = prepared<{ flowRunId: string; limit: number }, ArtifactRow>((reader, slot) =>
  selectArtifacts(reader).where("artifact.flow_run_id", "=", slot("flowRunId")).limit(slot("limit")),
);

function selectArtifacts(reader: Reader) {
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
    .where((eb) => eb.or([eb("artifact.type", "is", null), eb("artifact.type", "!=", "result")]))
    .orderBy("artifact.created")
    .orderBy("artifact.id");
}

type ArtifactRow = Awaited<ReturnType<ReturnType<typeof selectArtifacts>["execute"]>>[number];

/** The artifacts that a flow run and its task runs made, without those that keep results. */
export async function artifactsOf(
  reader: Reader,
  dialect: Sql,
  query: { readonly flowRunId: string; readonly limit: number },
): Promise<ArtifactRow[]> {
  return (await artifacts(reader, dialect, query)).rows;
}
