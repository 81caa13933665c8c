import { formatTimestamp, toTimestamp } from "@ostinato/core";
import type { FlowRunDependency, FlowRunGraph, QueryOf, readFlowRunGraph, TaskInputs } from "@ostinato/protocol";
import { readOptionalJson, readPlainJson } from "../db/json-text.ts";
import * as flowRunStates from "../flow-run-states/flow-run-states.service.ts";
import type { Context } from "../kernel/context.ts";
import { notFound, RequestError, refused } from "../kernel/errors.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import * as queries from "./flow-run-graph.queries.ts";
import { type GraphContext, membersOf, nodesOf } from "./flow-run-graph.rules.ts";

const maxNodes = 10_000;
const maxArtifacts = 10_000;

/** The task runs and subflows of a flow run with what led to what. */
export async function readGraph(
  context: Context,
  id: string,
  { since }: QueryOf<typeof readFlowRunGraph>,
): Promise<FlowRunGraph> {
  const { db } = context;
  const run = await queries.spanOfFlowRun(db, id);
  if (run === undefined)
    throw new RequestError("FLOW_RUN_NOT_FOUND", { exception_message: `Flow run ${id} not found` });
  const from = since === null || since === undefined ? null : toTimestamp(since);
  const reader = run.isSmall ? db.read : db.slow;
  const query = { flowRunId: id, since: from, limit: maxNodes + 1 };
  const [taskRuns, subflows, artifacts, states] = await Promise.all([
    queries.taskRunsOf(reader, query),
    run.hasSubflows ? queries.subflowsOf(reader, query) : [],
    run.hasArtifacts ? artifactsByMaker(context, id) : noArtifacts,
    flowRunStates.list(context, id),
  ]);
  const byTaskRun = Map.groupBy(subflows, (subflow) => subflow.task_run_id);
  const withInputs = taskRuns.map((taskRun) => ({
    ...taskRun,
    task_inputs: readPlainJson<TaskInputs>(taskRun.task_inputs),
  }));
  const members = membersOf(withInputs, byTaskRun, from);
  if (Math.max(taskRuns.length, members.length) > maxNodes) throw tooLarge(id);
  const nodes = nodesOf(members, { artifacts, subflows: byTaskRun, partial: from !== null });
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

function tooLarge(id: string) {
  return refused("GRAPH_TOO_LARGE", `The graph of flow run ${id} has more than ${maxNodes} nodes.`);
}

/** Stands for the task run of artifacts that were made outside any. */
const ofTheRunItself = "";

const noArtifacts: GraphContext["artifacts"] = new Map();

async function artifactsByMaker({ db }: Context, id: string): Promise<GraphContext["artifacts"]> {
  const rows = await queries.artifactsOf(db.read, { flowRunId: id, limit: maxArtifacts });
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
  const runs = await taskRuns.ofFlowRun(context, id, maxNodes + 1);
  if (runs.length > maxNodes) throw tooLarge(id);
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
