import { filterBackgroundTasks, filterTaskWorkers, scheduledTaskRuns, taskRunWaking } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { Serve } from "../kernel/operation.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import * as backgroundTasks from "./background-tasks.service.ts";
import { createTaskSubscriptions } from "./subscriptions.service.ts";
import { createTaskRunWaking } from "./task-run-waking.service.ts";
import * as taskWorkers from "./task-workers.service.ts";

export interface TaskDeliverySockets {
  readonly context: Context;
  readonly serveSocket: ServeSocket;
  /** Has the function called when the server stops, and waits for it. */
  readonly onStop: (settle: () => Promise<void>) => void;
}

export function taskDeliverySockets({ context, serveSocket, onStop }: TaskDeliverySockets): void {
  const subscriptions = createTaskSubscriptions(context);
  onStop(() => subscriptions.settled());
  serveSocket(scheduledTaskRuns, subscriptions.accept);
  serveSocket(taskRunWaking, createTaskRunWaking(context));
}

export function taskDeliveryRoutes(serve: Serve): void {
  serve(filterTaskWorkers, ({ body, context }) =>
    taskWorkers.filter(context, body?.task_worker_filter?.task_keys ?? []),
  );
  serve(filterBackgroundTasks, ({ body, context }) => backgroundTasks.filter(context, body ?? {}));
}
