import { choiceIn, present, type RawSearch, textIn } from "../address.ts";
import { type PresentLogSearch, readLogSearch } from "../logs/log-search.ts";

const flowRunTabs = ["logs", "tasks", "subflows", "artifacts", "parameters", "result", "events", "details"] as const;
export type FlowRunTab = (typeof flowRunTabs)[number];

/** `attempt` is that of the run, or of the selected task run where the run has only one. */
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
  readonly pane?: "overview" | "log";
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
    pane: task === undefined ? undefined : choiceIn(search, "pane", ["overview", "log"]),
    ...readLogSearch(search),
  });
}

export type ChangeSearch = (change: { readonly [K in keyof FlowRunSearch]?: FlowRunSearch[K] | undefined }) => void;
