import type { TaskRunPage } from "@ostinato/protocol";
import { present as presentArtifact } from "../../artifacts/artifacts.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import * as results from "../../results/results.service.ts";
import * as taskRunStates from "../../task-run-states/task-run-states.service.ts";
import * as taskRuns from "../../task-runs/task-runs.service.ts";
import { artifactsOfTaskRun } from "../artifacts/artifact-pages.queries.ts";
import { assetsOfTaskRun } from "../assets/run-assets.service.ts";
import { withReadableMessage } from "../runs/failure.rules.ts";
import { failureOfTaskRun } from "../runs/failure.service.ts";
import { backgroundRun } from "./background-run.service.ts";
import * as queries from "./task-run-page.queries.ts";

const maxArtifacts = 100;

export async function taskRunPage(context: Context, id: string): Promise<TaskRunPage> {
  const { db } = context;
  const [run] = await taskRuns.readMany(context, [id]);
  if (run === undefined) throw notFound("Task run", id);
  const [place, states, { inputs }, result, failure, upstream, made, background, assets] = await Promise.all([
    queries.placeOfTaskRun(db, id),
    taskRunStates.list(context, id),
    results.inputsOfTaskRun(context, id),
    results.viewOfTaskRun(context, id),
    failureOfTaskRun(context, run),
    queries.namesOfTaskRuns(db, upstreamIds(run.task_inputs)),
    artifactsOfTaskRun(db, id, maxArtifacts),
    backgroundRun(context, run),
    assetsOfTaskRun(context, id),
  ]);
  if (place === undefined) throw notFound("Task run", id);
  return {
    task_run: { ...run, state: run.state === null ? null : withReadableMessage(run.state) },
    background,
    ...place,
    states: states.map(withReadableMessage),
    inputs,
    result,
    failure,
    upstream,
    artifacts: made.map(presentArtifact),
    assets,
  };
}

const maxUpstream = 200;

function upstreamIds(inputs: TaskRunPage["task_run"]["task_inputs"]): readonly string[] {
  const ids = Object.values(inputs)
    .flat()
    .flatMap((input) => ("id" in input && input.input_type !== "flow_run" ? [input.id.toLowerCase()] : []));
  return [...new Set(ids)].slice(0, maxUpstream);
}
