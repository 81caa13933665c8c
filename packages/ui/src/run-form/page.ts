import { definePage } from "../define-page.ts";
import { runFormQuery } from "./run-form.queries.ts";
import { readRunFormSearch } from "./run-form-search.ts";

export const runFormPage = definePage({
  path: "/deployments/$id/run",
  formerPaths: ["/deployments/deployment/$id/run"],
  search: readRunFormSearch,
  searchDeps: ({ from }) => (from === undefined ? {} : { from }),
  questions: ({ params, search }) => [runFormQuery(params.id, search.from)],
  load: () => import("./run-form-page.tsx").then((module) => module.RunFormPage),
});
