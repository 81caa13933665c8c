import { filterBackgroundTasks, filterTaskWorkers, scheduledTaskRuns, taskRunWaking } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { Serve } from "../kernel/operation.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import * as backgroundTasks from "./background-tasks.service.ts";
import { createTaskSubscriptions } from "./subscriptions.service.ts";
import { createTaskRunWaking } from "./task-run-waking.service.ts";
import * as taskWorkers from "./task-workers.service.ts";

export function taskDeliveryRoutes(serve: Serve, serveSocket: ServeSocket, context: Context): void {
  serveSocket(scheduledTaskRuns, createTaskSubscriptions(context));
  serveSocket(taskRunWaking, createTaskRunWaking(context));
  serve(filterTaskWorkers, ({ body, context }) =>
    taskWorkers.filter(context, body?.task_worker_filter?.task_keys ?? []),
  );
  serve(filterBackgroundTasks, ({ body, context }) => backgroundTasks.filter(context, body ?? {}));
}
