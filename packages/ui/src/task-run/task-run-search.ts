import { choiceIn, present, type RawSearch, textIn } from "../address.ts";

export interface TaskRunSearch {
  /** The attempt that the link points to, counted from 1. */
  readonly attempt?: string;
  readonly level?: string;
  readonly text?: string;
  readonly line?: string;
}

export function readTaskRunSearch(search: RawSearch): TaskRunSearch {
  return present({
    attempt: textIn(search, "attempt"),
    level: choiceIn(search, "level", ["10", "20", "30", "40", "50"]),
    text: textIn(search, "text"),
    line: textIn(search, "line"),
  });
}
