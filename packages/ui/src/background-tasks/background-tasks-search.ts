import { present, type RawSearch, textIn } from "../address.ts";

/** The task whose runs and workers are shown, by its key; by default those of all tasks. */
export interface BackgroundTasksSearch {
  readonly task?: string;
}

export function readBackgroundTasksSearch(search: RawSearch): BackgroundTasksSearch {
  return present({ task: textIn(search, "task") });
}
