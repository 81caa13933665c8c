import {
  countTaskRuns,
  createTaskRun,
  filterTaskRuns,
  paginateTaskRuns,
  readTaskRun,
  updateTaskRun,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../operation.ts";
import * as taskRuns from "./task-runs.service.ts";

export function taskRunRoutes(serve: Serve): void {
  serve(createTaskRun, async ({ body, context }) => {
    const { taskRun, made } = await taskRuns.create(context, body);
    return createdOr200(made, taskRun);
  });
  serve(readTaskRun, ({ params, context }) => taskRuns.read(context, params.id));
  serve(updateTaskRun, async ({ params, body, context }) => {
    await taskRuns.update(context, params.id, body);
    return null;
  });
  serve(countTaskRuns, ({ body, context }) => taskRuns.count(context, body));
  serve(filterTaskRuns, ({ body, context }) => taskRuns.filter(context, body));
  serve(paginateTaskRuns, ({ body, context }) => taskRuns.page(context, body));
}
