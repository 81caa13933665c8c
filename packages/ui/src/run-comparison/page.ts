import { definePage } from "../define-page.ts";
import { comparisonQuery } from "./run-comparison.queries.ts";
import { readComparisonSearch } from "./run-comparison-search.ts";

export const runComparisonPage = definePage({
  path: "/runs/compare",
  within: "/runs",
  search: readComparisonSearch,
  questions: ({ search: { a, b } }) => (a === undefined || b === undefined ? [] : [comparisonQuery(a, b)]),
  load: () => import("./run-comparison-page.tsx").then((module) => module.RunComparisonPage),
});
