import { isTerminal, microsPerSecond, toTimestamp } from "@ostinato/core";
import type { FlowRunPage } from "@ostinato/protocol";
import { slotsOfRun } from "../../concurrency-limits/standing.service.ts";
import { readJson } from "../../db/json-text.ts";
import * as flowRunStates from "../../flow-run-states/flow-run-states.service.ts";
import * as flows from "../../flows/flows.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { readWaiting } from "../../waiting/waiting.service.ts";
import { withSubflows } from "../logs/log-window.queries.ts";
import { questionIn } from "../questions/questions.service.ts";
import { withReadableMessage } from "../runs/failure.rules.ts";
import { failureOfFlowRun } from "../runs/failure.service.ts";
import { readRows } from "../runs/run-rows.service.ts";
import { cancellationOf } from "./cancellation.rules.ts";
import * as queries from "./flow-run-page.queries.ts";

export async function flowRunPage(context: Context, id: string): Promise<FlowRunPage> {
  const { db } = context;
  const [run] = await readRows(context, [id]);
  if (run === undefined) throw notFound("Flow run", id);
  const begun = run.start_time ?? run.expected_start_time ?? run.created;
  const [flow, states, failure, counts, previous, waiting, holds, question, worker, program] = await Promise.all([
    flows.read(context, run.flow_id),
    flowRunStates.list(context, id),
    failureOfFlowRun(context, id),
    countsOf(context, id),
    queries.previousRun(db, { id, flowId: run.flow_id, begin: toTimestamp(begun) }),
    readWaiting(context, run),
    run.state_type === null || isTerminal(run.state_type) ? [] : slotsOfRun(context, id),
    questionIn(context, id, run.state),
    queries.workerOf(db, id),
    run.state_type === "CANCELLED" || run.state_type === "CANCELLING" ? queries.cancellingProgram(db, id) : undefined,
  ]);
  return {
    flow_run: { ...run, state: run.state === null ? null : withReadableMessage(run.state) },
    flow,
    states: states.map(withReadableMessage),
    failure,
    cancellation: cancellationOf(states, program),
    waiting,
    holds,
    question,
    worker: worker === undefined ? null : { name: worker.name, is_known: worker.id !== null },
    subflow_count: counts.subflows,
    artifact_count: counts.artifacts,
    log_count: counts.logs,
    kept_result_count: counts.results,
    previous: previous === undefined ? null : presentPrevious(previous),
  };
}

/** The log of a run has the lines of its subflows. */
async function countsOf({ db }: Context, id: string): Promise<queries.PageCounts> {
  return queries.countsOf(db, id, await withSubflows(db, id));
}

function presentPrevious({ id, name, parameters, state_type, start_time, total_run_time }: queries.PreviousRun) {
  const duration = start_time === null ? null : total_run_time / microsPerSecond;
  return { id, name, parameters: readJson<FlowRunPage["flow_run"]["parameters"]>(parameters), state_type, duration };
}
