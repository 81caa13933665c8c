import { choiceIn, present, type RawSearch, textIn } from "../address.ts";
import { type PresentLogSearch, readLogSearch } from "../logs/log-search.ts";

const flowRunTabs = ["logs", "tasks", "subflows", "artifacts", "parameters", "result", "events", "details"] as const;
export type FlowRunTab = (typeof flowRunTabs)[number];

export interface FlowRunSearch extends PresentLogSearch {
  readonly tab?: FlowRunTab;
  readonly view?: "graph";
  /** How the boxes of the graph are placed, unless by what they depend on. */
  readonly place?: "time";
  /** The dialog that the page opens with. */
  readonly ask?: "retry";
  /** Only these lines of the timeline. */
  readonly only?: "failed" | "running";
  /** The selected task run. */
  readonly task?: string;
  /** The pane of its panel, unless it is the first one. */
  readonly pane?: "log";
  /** The attempt of the selected task run that the link points to, counted from 1. */
  readonly attempt?: string;
}

export function readFlowRunSearch(search: RawSearch): FlowRunSearch {
  const task = textIn(search, "task");
  return present({
    tab: choiceIn(search, "tab", flowRunTabs),
    view: choiceIn(search, "view", ["graph"]),
    place: choiceIn(search, "place", ["time"]),
    ask: choiceIn(search, "ask", ["retry"]),
    only: choiceIn(search, "only", ["failed", "running"]),
    task,
    pane: task === undefined ? undefined : choiceIn(search, "pane", ["log"]),
    attempt: task === undefined ? undefined : textIn(search, "attempt"),
    ...readLogSearch(search),
  });
}

export type ChangeSearch = (change: { readonly [K in keyof FlowRunSearch]?: FlowRunSearch[K] | undefined }) => void;
