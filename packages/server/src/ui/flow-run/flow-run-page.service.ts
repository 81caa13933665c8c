import { microsPerSecond, shortenedText, toTimestamp } from "@ostinato/core";
import type { FlowRunPage, State, TaskRunPage } from "@ostinato/protocol";
import { present as presentArtifact } from "../../artifacts/artifacts.service.ts";
import { readJson } from "../../db/json-text.ts";
import * as flowRunStates from "../../flow-run-states/flow-run-states.service.ts";
import * as flows from "../../flows/flows.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import * as results from "../../results/results.service.ts";
import * as taskRunStates from "../../task-run-states/task-run-states.service.ts";
import * as taskRuns from "../../task-runs/task-runs.service.ts";
import { artifactsOfTaskRun } from "../artifacts/artifact-pages.queries.ts";
import { maxMessageLength } from "../runs/failure.rules.ts";
import { failureOfFlowRun, failureOfTaskRun } from "../runs/failure.service.ts";
import { readRows } from "../runs/run-rows.service.ts";
import * as queries from "./flow-run-page.queries.ts";
import { waitingOf } from "./waiting.rules.ts";

export async function flowRunPage(context: Context, id: string): Promise<FlowRunPage> {
  const { db } = context;
  const [run] = await readRows(context, [id]);
  if (run === undefined) throw notFound("Flow run", id);
  const begun = run.start_time ?? run.expected_start_time ?? run.created;
  const [flow, states, failure, counts, previous] = await Promise.all([
    flows.read(context, run.flow_id),
    flowRunStates.list(context, id),
    failureOfFlowRun(context, id),
    queries.countsOf(db, id),
    queries.previousRun(db, { id, flowId: run.flow_id, begin: toTimestamp(begun) }),
  ]);
  return {
    flow_run: { ...run, state: run.state === null ? null : readable(run.state) },
    flow,
    states: states.map(readable),
    failure,
    waiting: waitingOf(run),
    subflow_count: counts.subflows,
    artifact_count: counts.artifacts,
    log_count: counts.logs,
    kept_result_count: counts.results,
    previous: previous === undefined ? null : presentPrevious(previous),
  };
}

function presentPrevious({ id, name, parameters, state_type, start_time, total_run_time }: queries.PreviousRun) {
  const duration = start_time === null ? null : total_run_time / microsPerSecond;
  return { id, name, parameters: readJson<FlowRunPage["flow_run"]["parameters"]>(parameters), state_type, duration };
}

const maxArtifacts = 100;

export async function taskRunPage(context: Context, id: string): Promise<TaskRunPage> {
  const { db } = context;
  const [run] = await taskRuns.readMany(context, [id]);
  if (run === undefined) throw notFound("Task run", id);
  const [place, states, { inputs }, result, failure, upstream, made] = await Promise.all([
    queries.placeOfTaskRun(db, id),
    taskRunStates.list(context, id),
    results.inputsOfTaskRun(context, id),
    results.viewOfTaskRun(context, id),
    failureOfTaskRun(context, run),
    queries.namesOfTaskRuns(db, upstreamIds(run.task_inputs)),
    artifactsOfTaskRun(db, id, maxArtifacts),
  ]);
  if (place === undefined) throw notFound("Task run", id);
  return {
    task_run: { ...run, state: run.state === null ? null : readable(run.state) },
    ...place,
    states: states.map(readable),
    inputs,
    result,
    failure,
    upstream,
    artifacts: made.map(presentArtifact),
  };
}

/** A state whose message can be shown: clients may put a whole file into one. */
function readable(state: State): State {
  const { message } = state;
  return message === null || message.length <= maxMessageLength
    ? state
    : { ...state, message: shortenedText(message, maxMessageLength) };
}

const maxUpstream = 200;

function upstreamIds(inputs: TaskRunPage["task_run"]["task_inputs"]): readonly string[] {
  const ids = Object.values(inputs)
    .flat()
    .flatMap((input) => ("id" in input && input.input_type !== "flow_run" ? [input.id.toLowerCase()] : []));
  return [...new Set(ids)].slice(0, maxUpstream);
}
