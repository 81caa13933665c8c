import { definePage } from "../define-page.ts";
import { limitListQuery, limitQuery } from "./concurrency-limits.queries.ts";
import { readLimitsSearch } from "./concurrency-limits-search.ts";

export const concurrencyLimitsPage = definePage({
  path: "/concurrency-limits",
  search: readLimitsSearch,
  questions: ({ search }) => [limitListQuery(search)],
  topic: () => ({ kind: "concurrency-limits" }),
  nav: { label: "Concurrency", icon: "slots", shortcut: "c" },
  load: () => import("./concurrency-limits-page.tsx").then((module) => module.ConcurrencyLimitsPage),
});

export const concurrencyLimitPage = definePage({
  path: "/concurrency-limits/$limit",
  formerPaths: ["/concurrency-limits/concurrency-limit/$limit"],
  within: "/concurrency-limits",
  questions: ({ params }) => [limitQuery(params.limit)],
  hits: {
    kind: "concurrency-limit",
    label: "Concurrency limits",
    icon: "slots",
    params: ({ name }) => ({ limit: name }),
  },
  load: () => import("./concurrency-limit-page.tsx").then((module) => module.ConcurrencyLimitPage),
});
