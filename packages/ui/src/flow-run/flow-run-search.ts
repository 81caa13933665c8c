import { choiceIn, present, type RawSearch, textIn } from "../address.ts";

const flowRunTabs = ["logs", "tasks", "subflows", "artifacts", "parameters", "result", "events", "details"] as const;
export type FlowRunTab = (typeof flowRunTabs)[number];

export interface FlowRunSearch {
  readonly tab?: FlowRunTab;
  readonly view?: "graph";
  /** The selected task run. */
  readonly task?: string;
  readonly level?: string;
  readonly text?: string;
  /** A line of the log, counted from 1, that the link points at. */
  readonly line?: string;
}

export function readFlowRunSearch(search: RawSearch): FlowRunSearch {
  return present({
    tab: choiceIn(search, "tab", flowRunTabs),
    view: choiceIn(search, "view", ["graph"]),
    task: textIn(search, "task"),
    level: choiceIn(search, "level", ["10", "20", "30", "40", "50"]),
    text: textIn(search, "text"),
    line: textIn(search, "line"),
  });
}

export type ChangeSearch = (change: { readonly [K in keyof FlowRunSearch]?: FlowRunSearch[K] | undefined }) => void;
