import {
  countTaskRuns,
  createTaskRun,
  createTaskRuns,
  deleteTaskRun,
  filterTaskRuns,
  paginateTaskRuns,
  readTaskRun,
  setTaskRunState,
  taskRunHistory,
  updateTaskRun,
} from "@ostinato/protocol";
import { versionOfClient } from "../flow-runs/flow-runs.service.ts";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import * as taskRuns from "./task-runs.service.ts";

export function taskRunRoutes(serve: Serve): void {
  serve(createTaskRun, async ({ body, context, request }) => {
    const clientVersion = versionOfClient(request.headers["user-agent"]);
    const { taskRun, made } = await taskRuns.create(context, body, clientVersion);
    return createdOr200(made, taskRun);
  });
  serve(createTaskRuns, async ({ body, context }) => ({ ids: await taskRuns.createMany(context, body.task_runs) }));
  serve(readTaskRun, ({ params, context }) => taskRuns.read(context, params.id));
  serve(updateTaskRun, async ({ params, body, context }) => {
    await taskRuns.update(context, params.id, body);
    return null;
  });
  serve(deleteTaskRun, async ({ params, context }) => {
    await taskRuns.remove(context, params.id);
    return null;
  });
  serve(setTaskRunState, async ({ params, body, context }) => {
    const { result, fresh } = await taskRuns.propose(context, params.id, body);
    return createdOr200(fresh, result);
  });
  serve(taskRunHistory, ({ body, context }) => taskRuns.history(context, body));
  serve(countTaskRuns, ({ body, context }) => taskRuns.count(context, body));
  serve(filterTaskRuns, ({ body, context }) => taskRuns.filter(context, body));
  serve(paginateTaskRuns, ({ body, context }) => taskRuns.page(context, body));
}
