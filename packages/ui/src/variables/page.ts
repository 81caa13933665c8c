import { definePage } from "../define-page.ts";
import { variableListQuery, variableQuery } from "./variables.queries.ts";
import { readVariablesSearch } from "./variables-search.ts";

export const variablesPage = definePage({
  path: "/variables",
  search: readVariablesSearch,
  questions: ({ search }) => [variableListQuery(search)],
  topic: () => ({ kind: "variables" }),
  nav: { label: "Variables", icon: "variables", shortcut: "v" },
  load: () => import("./variables-page.tsx").then((module) => module.VariablesPage),
});

export const variablePage = definePage({
  path: "/variables/$name",
  within: "/variables",
  questions: ({ params }) => [variableQuery(params.name)],
  topic: () => ({ kind: "variables" }),
  hits: { kind: "variable", label: "Variables", icon: "variables", params: ({ name }) => ({ name }) },
  load: () => import("./variable-page.tsx").then((module) => module.VariablePage),
});
