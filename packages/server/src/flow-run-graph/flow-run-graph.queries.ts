import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Database, Reader } from "../db/dialect.ts";
import { prepared } from "../db/prepared.ts";
import type { Tables } from "../db/tables.ts";

const span = prepared<{ id: string }, Span>((reader, slot) =>
  reader
    .selectFrom("flow_run")
    .select(["start_time", "expected_start_time", "end_time"])
    .select([
      sql<number>`(SELECT count(*) FROM ${someTaskRuns} AS few)`.as("task_runs"),
      // Looked up one by one: as a join, PostgreSQL may walk along all subflows that there are.
      sql<number>`(SELECT count((SELECT child.id FROM flow_run AS child
        WHERE child.parent_task_run_id = few.id LIMIT 1)) FROM ${someTaskRuns} AS few)`.as("subflows"),
      sql<number>`(SELECT count(*) FROM (SELECT 1 AS one FROM artifact
        WHERE artifact.flow_run_id = flow_run.id LIMIT 1) AS few)`.as("artifacts"),
    ])
    .where("id", "=", slot("id")),
);

interface Span extends Pick<Tables["flow_run"], "start_time" | "expected_start_time" | "end_time"> {
  readonly task_runs: number;
  readonly subflows: number;
  readonly artifacts: number;
}

/** This many are read in a millisecond. */
const fewTaskRuns = 200;

const someTaskRuns = sql`(SELECT id FROM task_run WHERE flow_run_id = flow_run.id LIMIT ${fewTaskRuns + 1})`;

/**
 * The times of a flow run, whether its task runs are few enough to be read on this thread, and whether it may have rarer rows: a
 * query for absent rows can be saved.
 */
export async function spanOfFlowRun({ read }: Database, id: string) {
  const [run] = (await span(read, { id })).rows;
  if (run === undefined) return undefined;
  const isSmall = Number(run.task_runs) <= fewTaskRuns;
  return {
    ...run,
    isSmall,
    hasSubflows: !isSmall || Number(run.subflows) > 0,
    hasArtifacts: Number(run.artifacts) > 0,
  };
}

export interface NodeQuery {
  readonly flowRunId: string;
  /** Leaves out members that ended earlier. */
  readonly since: Timestamp | null;
  readonly limit: number;
}

const everyTaskRun = prepared<Omit<NodeQuery, "since">, TaskRunNode>((reader, slot) =>
  selectTaskRuns(reader, slot("flowRunId")).limit(slot("limit")),
);

const taskRunsSince = prepared<NodeQuery & { since: Timestamp }, TaskRunNode>((reader, slot) =>
  selectTaskRuns(reader, slot("flowRunId"))
    .where((eb) => eb.or([eb(end, "is", null), eb(end, ">=", slot("since")), standsForSubflow]))
    .limit(slot("limit")),
);

const end = sql<Timestamp | null>`coalesce(end_time, CASE WHEN state_type = 'COMPLETED' THEN expected_start_time END)`;
const standsForSubflow = sql<SqlBool>`EXISTS (SELECT 1 FROM flow_run AS child WHERE child.parent_task_run_id = task_run.id)`;

function selectTaskRuns(reader: Reader, flowRunId: string) {
  return reader
    .selectFrom("task_run")
    .select(["id", "name", "state_type", "task_inputs", "start_time", "expected_start_time", "end_time"])
    .where("flow_run_id", "=", flowRunId);
}

type TaskRunNode = Awaited<ReturnType<ReturnType<typeof selectTaskRuns>["execute"]>>[number];

/** The task runs of a flow run, in no order: without those that had ended, but for those that stand for subflows. */
export async function taskRunsOf(reader: Reader, query: NodeQuery): Promise<readonly TaskRunNode[]> {
  const { since } = query;
  const { rows } =
    since === null ? await everyTaskRun(reader, query) : await taskRunsSince(reader, { ...query, since });
  return rows;
}

const subflows = prepared<Omit<NodeQuery, "since">, SubflowNode>((reader, slot) =>
  selectSubflows(reader, slot("flowRunId")).limit(slot("limit")),
);

function selectSubflows(reader: Reader, flowRunId: string) {
  return reader
    .selectFrom("task_run")
    .innerJoin("flow_run as child", "child.parent_task_run_id", "task_run.id")
    .innerJoin("flow", "flow.id", "child.flow_id")
    .select([
      "task_run.id as task_run_id",
      "child.id",
      "child.name",
      "child.state_type",
      "child.start_time",
      "child.expected_start_time",
      "child.end_time",
      "flow.name as flow_name",
    ])
    .where("task_run.flow_run_id", "=", flowRunId);
}

type SubflowNode = Awaited<ReturnType<ReturnType<typeof selectSubflows>["execute"]>>[number];

/** The subflows that the task runs of a flow run stand for. */
export async function subflowsOf(reader: Reader, query: Omit<NodeQuery, "since">): Promise<readonly SubflowNode[]> {
  return (await subflows(reader, query)).rows;
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
  query: { readonly flowRunId: string; readonly limit: number },
): Promise<ArtifactRow[]> {
  return (await artifacts(reader, query)).rows;
}
