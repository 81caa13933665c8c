import { nameInTaskKey } from "@ostinato/core";
import type { TaskWorker } from "@ostinato/protocol";

export function unservedReason(taskKey: string): string {
  return `No connected task worker runs the task ${JSON.stringify(nameInTaskKey(taskKey))}.`;
}

export const unservedHint =
  "Start a program that works on it: worker([…]) or `ostinato task serve` in TypeScript, `serve()` in Python. If its function was removed or renamed, nothing will ever run it: cancel it.";

const maxWorkers = 5;
const maxTasks = 10;

/** The line for the log of a run whose task none of the connected workers runs. */
export function unservedLine(taskKey: string, workers: readonly TaskWorker[]): string {
  const told = workers
    .slice(0, maxWorkers)
    .map(({ identifier, task_keys }) => `${identifier} (which runs ${listed(task_keys.map(nameInTaskKey), maxTasks)})`);
  const connected = `Connected ${workers.length === 1 ? "is" : "are"} ${listed(told, maxWorkers, workers.length)}.`;
  return `${unservedReason(taskKey)} ${connected} ${unservedHint}`;
}

function listed(names: readonly string[], max: number, all = names.length): string {
  const shown = names.slice(0, max).join(", ");
  return all > max ? `${shown}, and ${all - max} more` : shown;
}
