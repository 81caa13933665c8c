import { formatTimestamp, toTimestamp } from "@ostinato/core";
import type { FlowRunDependency, FlowRunGraph, QueryOf, readFlowRunGraph, TaskInputs } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import { readJson, readOptionalJson } from "../db/json-text.ts";
import { notFound, refused } from "../errors.ts";
import * as flowRunStates from "../flow-run-states/flow-run-states.service.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import * as queries from "./flow-run-graph.queries.ts";
import { type Member, nodesOf, type Surroundings } from "./flow-run-graph.rules.ts";

const mostNodes = 10_000;
const mostArtifacts = 10_000;

/** The task runs and subflows of a flow run with what led to what. */
export async function readGraph(
  context: Context,
  id: string,
  { since }: QueryOf<typeof readFlowRunGraph>,
): Promise<FlowRunGraph> {
  const { db } = context;
  const run = await queries.spanOfFlowRun(db, id);
  if (run === undefined) throw notFound("Flow run", id);
  const from = since === null || since === undefined ? null : toTimestamp(since);
  const reader = run.isSmall ? db.read : db.slow;
  const [rows, subflowsOfAll, artifacts, states] = await Promise.all([
    queries.taskRunsWithSubflows(reader, db.sql, { flowRunId: id, since: from, limit: mostNodes + 1 }),
    from === null ? undefined : queries.subflowsOf(reader, id),
    artifactsByMaker(context, id),
    flowRunStates.list(context, id),
  ]);
  if (rows.length > mostNodes) throw tooLarge(id);
  const nodes = nodesOf(rows.flatMap(memberOf), {
    artifacts,
    subflows: subflowsByTaskRun(subflowsOfAll ?? rows),
    partial: from !== null,
  });
  const start = run.start_time ?? run.expected_start_time;
  return {
    start_time: start === null ? null : formatTimestamp(start),
    end_time: run.end_time === null ? null : formatTimestamp(run.end_time),
    root_node_ids: nodes.filter(({ parents }) => parents.length === 0).map((node) => node.id),
    nodes: nodes.map((node) => [node.id, node]),
    artifacts: [...(artifacts.get(ofTheRunItself) ?? [])],
    states: states.map(({ id, timestamp, type, name }) => ({ id, timestamp, type, name })),
  };
}

function subflowsByTaskRun(
  rows: readonly { readonly task_run_id: string; readonly child_id: string | null }[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { task_run_id, child_id } of rows) {
    if (child_id !== null) found.set(task_run_id, [...(found.get(task_run_id) ?? []), child_id]);
  }
  return found;
}

function tooLarge(id: string) {
  return refused(400, `The graph of flow run ${id} has more than ${mostNodes} nodes.`);
}

type NodeRow = Awaited<ReturnType<typeof queries.taskRunsWithSubflows>>[number];

function memberOf(row: NodeRow): readonly Member[] {
  if (row.start_time === null) return [];
  const { child_id } = row;
  return [
    {
      taskRun: { id: row.task_run_id, name: row.task_run_name, stateType: row.task_run_state_type },
      subflow:
        child_id === null
          ? null
          : { id: child_id, label: `${row.flow_name} / ${row.child_name}`, stateType: row.child_state_type },
      inputs: readJson(row.task_inputs),
      start: row.start_time,
      end: row.end_time,
    },
  ];
}

/** Stands for the task run of artifacts that were made outside any. */
const ofTheRunItself = "";

async function artifactsByMaker({ db }: Context, id: string): Promise<Surroundings["artifacts"]> {
  const rows = await queries.artifactsOf(db.read, db.sql, { flowRunId: id, limit: mostArtifacts });
  const artifacts = rows.map((row) => ({
    maker: row.task_run_id ?? ofTheRunItself,
    artifact: {
      id: row.id,
      created: formatTimestamp(row.created),
      key: row.key,
      type: row.type,
      is_latest: row.key === null || row.collection_id !== null,
      data: readOptionalJson(row.progress),
    },
  }));
  const grouped = Map.groupBy(artifacts, ({ maker }) => maker);
  return new Map([...grouped].map(([maker, made]) => [maker, made.map(({ artifact }) => artifact)]));
}

/** The task runs of a flow run with the task runs whose results they were given. */
export async function readDependencies(context: Context, id: string): Promise<FlowRunDependency[]> {
  if ((await queries.spanOfFlowRun(context.db, id)) === undefined) throw notFound("Flow run", id);
  const runs = await taskRuns.ofFlowRun(context, id, mostNodes + 1);
  if (runs.length > mostNodes) throw tooLarge(id);
  return runs.map((run) => ({
    id: run.id,
    name: run.name,
    upstream_dependencies: upstreamTaskRuns(run.task_inputs),
    state: run.state,
    expected_start_time: run.expected_start_time,
    start_time: run.start_time,
    end_time: run.end_time,
    total_run_time: run.total_run_time,
    estimated_run_time: run.estimated_run_time,
    untrackable_result: run.state?.state_details.untrackable_result ?? false,
  }));
}

function upstreamTaskRuns(inputs: TaskInputs): FlowRunDependency["upstream_dependencies"] {
  const ids = Object.values(inputs)
    .flat()
    .flatMap((input) => ("id" in input && (input.input_type ?? "task_run") === "task_run" ? [input.id] : []));
  return [...new Set(ids)].map((id) => ({ input_type: "task_run", id }));
}
