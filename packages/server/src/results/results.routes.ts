import {
  findCachedResult,
  keepFlowRunResult,
  listFlowRunResults,
  readFlowRunResult,
  readResult,
  readTaskRunEnds,
  readTaskRunInputs,
  readTaskRunResult,
  readTaskRunValue,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as results from "./results.service.ts";

export function resultRoutes(serve: Serve): void {
  serve(readTaskRunResult, ({ params, context }) => results.shownOfTaskRun(context, params.id));
  serve(readTaskRunValue, ({ params, context }) => results.ofTaskRun(context, params.id));
  serve(readTaskRunEnds, ({ body, context }) => results.endsOfTaskRuns(context, body.task_run_ids));
  serve(readTaskRunInputs, ({ params, context }) => results.inputsOfTaskRun(context, params.id));
  serve(readFlowRunResult, ({ params, context }) => results.shownOfFlowRun(context, params.id));
  serve(keepFlowRunResult, async ({ params, body, context }) => {
    await results.keepOfFlowRun(context, params.id, body);
    return null;
  });
  serve(readResult, ({ params, context }) => results.read(context, params.id));
  serve(listFlowRunResults, ({ params, body, context }) => results.listOfFlowRun(context, params.id, body));
  serve(findCachedResult, ({ body, context }) => results.findCached(context, body.cache_key));
}
