import { definePage } from "../define-page.ts";
import { flowListQuery, flowQuery } from "./flows.queries.ts";
import { readFlowListSearch, readFlowSearch } from "./flows-search.ts";

export const flowsPage = definePage({
  path: "/flows",
  search: readFlowListSearch,
  questions: ({ search }) => [flowListQuery(search)],
  topic: () => ({ kind: "flow-runs" }),
  nav: { label: "Flows", icon: "flows", shortcut: "f" },
  load: () => import("./flows-page.tsx").then((module) => module.FlowsPage),
});

export const flowPage = definePage({
  path: "/flows/flow/$id",
  within: "/flows",
  search: readFlowSearch,
  searchDeps: ({ days }) => ({ days }),
  questions: ({ params, search }) => [flowQuery(params.id, search.days)],
  topic: () => ({ kind: "flow-runs" }),
  hits: { kind: "flow", label: "Flows", icon: "flows" },
  load: () => import("./flow-page.tsx").then((module) => module.FlowPage),
});
