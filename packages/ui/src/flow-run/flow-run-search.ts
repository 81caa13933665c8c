import { choiceIn, present, type RawSearch, textIn } from "../address.ts";

const flowRunTabs = ["logs", "tasks", "subflows", "artifacts", "parameters", "result", "events", "details"] as const;
export type FlowRunTab = (typeof flowRunTabs)[number];

export interface FlowRunSearch {
  readonly tab?: FlowRunTab;
  readonly view?: "graph";
  /** The selected task run. */
  readonly task?: string;
  /** The pane of its panel, unless it is the first one. */
  readonly pane?: "log";
  /** The attempt of the selected task run that the link points to, counted from 1. */
  readonly attempt?: string;
  readonly level?: string;
  readonly text?: string;
  /** Shows the log with the lines of subflows. */
  readonly lines?: "with-subflows";
  /** The line of the log that the link points to, counted from 1. */
  readonly line?: string;
}

export function readFlowRunSearch(search: RawSearch): FlowRunSearch {
  const task = textIn(search, "task");
  return present({
    tab: choiceIn(search, "tab", flowRunTabs),
    view: choiceIn(search, "view", ["graph"]),
    task,
    pane: task === undefined ? undefined : choiceIn(search, "pane", ["log"]),
    attempt: task === undefined ? undefined : textIn(search, "attempt"),
    level: choiceIn(search, "level", ["10", "20", "30", "40", "50"]),
    text: textIn(search, "text"),
    lines: choiceIn(search, "lines", ["with-subflows"]),
    line: textIn(search, "line"),
  });
}

export type ChangeSearch = (change: { readonly [K in keyof FlowRunSearch]?: FlowRunSearch[K] | undefined }) => void;
