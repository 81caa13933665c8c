import { choiceIn, present, type RawSearch, textIn } from "../address.ts";

const flowRunTabs = ["logs", "tasks", "subflows", "artifacts", "parameters", "result", "events", "details"] as const;
export type FlowRunTab = (typeof flowRunTabs)[number];

export interface FlowRunSearch {
  readonly tab?: FlowRunTab;
  readonly view?: "graph";
  /** The selected task run. */
  readonly task?: string;
  /** The part of its panel that is not the first one. */
  readonly pane?: "log";
  /** The attempt of the selected task run that the link points at, counted from 1. */
  readonly attempt?: string;
  readonly level?: string;
  readonly text?: string;
  /** The log with the lines of subflows. */
  readonly lines?: "with-subflows";
  /** A line of the log, counted from 1, that the link points at. */
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
