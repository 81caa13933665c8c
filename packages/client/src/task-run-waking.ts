import type { Clock } from "@ostinato/core";
import type { TaskRunEndMessage } from "@ostinato/protocol";
import { isMessage } from "./api-socket.ts";
import { openReconnectingSocket } from "./reconnecting-socket.ts";

export interface TaskRunWakingOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  readonly taskRunIds: () => readonly string[];
  /** Called with a task run that has ended or is not there. */
  readonly onEnd: (taskRunId: string) => void;
  readonly clock?: Clock;
}

/**
 * Says on the websocket `/task_runs/wake` which task runs are waited for here, and hears when they have ended; reconnects when the
 * connection is lost. Never keeps the process alive. `add` tells the server of more of them.
 */
export function subscribeToTaskRunEnds(options: TaskRunWakingOptions): {
  add(taskRunIds: readonly string[]): void;
  close(): void;
} {
  const { baseUrl, auth, taskRunIds, onEnd, clock } = options;
  const socket = openReconnectingSocket({
    baseUrl,
    path: "/task_runs/wake",
    auth,
    clock,
    greeting: () => JSON.stringify({ type: "subscribe", task_run_ids: taskRunIds() }),
    onMessage(message) {
      if (isMessage(message, "ended"))
        for (const id of (message as unknown as TaskRunEndMessage).task_run_ids) onEnd(id);
    },
  });
  return {
    add: (ids) => socket.send(JSON.stringify({ type: "add", task_run_ids: ids })),
    close: socket.close,
  };
}
