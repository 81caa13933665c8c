import type { Clock } from "@ostinato/core";
import type {
  StoredResult,
  TaskDeliveryMessage,
  TaskRun,
  TaskSubscription,
  TaskWorkerMessage,
} from "@ostinato/protocol";
import { openReconnectingSocket } from "./reconnecting-socket.ts";

export interface TaskDeliveriesOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  /** What the worker says about itself after each (re)connection. */
  readonly subscription: () => Omit<TaskSubscription, "type">;
  /** Called with task runs that are this worker's now, and the kept arguments of those that have some. */
  readonly onTaskRuns: (runs: readonly TaskRun[], parameters: readonly StoredResult[]) => void;
  /** Called when the server knows this worker (again), with those of the runs it said it has that are not its own any more. */
  readonly onSubscribed?: (lost: readonly string[]) => void;
  /** Called each time the connection is lost, or could not be made. */
  readonly onDisconnected?: () => void;
  readonly clock?: Clock;
}

/** Receives deferred task runs on the websocket of task workers; reconnects when the connection is lost. Never keeps the process alive. */
export function subscribeToTaskRuns(options: TaskDeliveriesOptions): {
  say(message: TaskWorkerMessage): void;
  close(): void;
} {
  const { baseUrl, auth, subscription, onTaskRuns, onDisconnected, clock } = options;
  const socket = openReconnectingSocket({
    baseUrl,
    path: "/task_runs/subscriptions/scheduled",
    auth,
    clock,
    greeting: () => JSON.stringify({ type: "subscribe", ...subscription() }),
    onMessage(message) {
      const heard = message as TaskDeliveryMessage;
      if (heard.type === "task-runs") onTaskRuns(heard.task_runs, heard.parameters);
      else if (heard.type === "subscribed") options.onSubscribed?.(heard.lost);
    },
    onDisconnected,
  });
  return { say: (message) => socket.send(JSON.stringify(message)), close: socket.close };
}
