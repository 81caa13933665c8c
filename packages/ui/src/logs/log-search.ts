import { choiceIn, type RawSearch, textIn } from "../address.ts";

/** What the address says about the log. */
export interface LogSearch {
  readonly level?: string | undefined;
  readonly text?: string | undefined;
  /** Shows the lines between those with the text, too. */
  readonly around?: "all" | undefined;
  /** The number of the marked line in the whole log, counted from 1. */
  readonly line?: string | undefined;
  /** Leaves out the lines of subflows. */
  readonly lines?: "own" | undefined;
  /** Shows only the lines of one attempt, counted from 1; `all` shows those of all. */
  readonly attempt?: string | undefined;
  /** Shows only the lines of the runs of the task with this key. */
  readonly logTask?: string | undefined;
}

/** The same without undefined values. */
export type PresentLogSearch = { readonly [K in keyof LogSearch]?: Exclude<LogSearch[K], undefined> };

export function readLogSearch(search: RawSearch): LogSearch {
  return {
    level: choiceIn(search, "level", ["10", "20", "30", "40", "50"]),
    text: textIn(search, "text"),
    around: choiceIn(search, "around", ["all"]),
    line: textIn(search, "line"),
    lines: choiceIn(search, "lines", ["own"]),
    attempt: textIn(search, "attempt"),
    logTask: textIn(search, "logTask"),
  };
}
