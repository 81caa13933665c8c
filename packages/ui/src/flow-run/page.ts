import { definePage } from "../define-page.ts";
import { flowRunQuery, timelineQuery } from "./flow-run.queries.ts";
import { readFlowRunSearch } from "./flow-run-search.ts";
import { startGraph } from "./graph/graph-loading.ts";

export const flowRunPage = definePage({
  path: "/runs/flow-run/$id",
  formerPaths: ["/flow-runs/flow-run/$id"],
  within: "/runs",
  search: readFlowRunSearch,
  searchDeps: () => ({}),
  questions: ({ params }) => [flowRunQuery(params.id), timelineQuery(params.id)],
  topic: ({ id }) => ({ kind: "flow-run", flow_run_id: id }),
  hits: { kind: "flow-run", label: "Flow runs", icon: "runs" },
  load: () => import("./flow-run-page.tsx").then((module) => module.FlowRunPage),
  beside: ({ view }) => (view === "graph" ? [startGraph] : []),
  later: [
    () => import("./task-panel.tsx"),
    () => import("./run-artifacts.tsx"),
    () => import("./run-parameters.tsx"),
    () => import("./run-details.tsx"),
    () => import("./run-results.tsx"),
    () => import("./run-events.tsx"),
  ],
});
