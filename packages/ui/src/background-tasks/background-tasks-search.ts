import { present, type RawSearch, textIn } from "../address.ts";
import type { TaskRunsSearch } from "../task-runs/task-runs-search.ts";

/** The task whose runs and workers are shown, by its key; by default those of all tasks. */
export interface BackgroundTasksSearch {
  readonly task?: string;
}

export function readBackgroundTasksSearch(search: RawSearch): BackgroundTasksSearch {
  return present({ task: textIn(search, "task") });
}

/** The filter of the list of task runs that shows what this page counts as failed, of one task or of all. */
export function failedRunsOf(task?: string): TaskRunsSearch {
  return present({ background: "yes" as const, state: ["FAILED", "CRASHED"], task, ended: "24h" });
}
