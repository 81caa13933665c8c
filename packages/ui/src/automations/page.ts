import { definePage } from "../define-page.ts";
import { automationChoicesQuery, automationListQuery, automationQuery, firingsQuery } from "./automations.queries.ts";
import { readAutomationsSearch, readNewAutomationSearch } from "./automations-search.ts";

export const automationsPage = definePage({
  path: "/automations",
  search: readAutomationsSearch,
  questions: ({ search }) => [automationListQuery(search)],
  topic: () => ({ kind: "automations" }),
  nav: { label: "Automations", icon: "automations", shortcut: "u" },
  load: () => import("./automations-page.tsx").then((module) => module.AutomationsPage),
});

export const newAutomationPage = definePage({
  path: "/automations/new",
  formerPaths: ["/automations/create"],
  within: "/automations",
  search: readNewAutomationSearch,
  questions: () => [automationChoicesQuery],
  load: () => import("./new-automation-page.tsx").then((module) => module.NewAutomationPage),
});

export const automationPage = definePage({
  path: "/automations/automation/$id",
  within: "/automations",
  questions: ({ params }) => [automationQuery(params.id), firingsQuery(params.id)],
  topic: ({ id }) => ({ kind: "automation", automation_id: id }),
  hits: { kind: "automation", label: "Automations", icon: "automations" },
  load: () => import("./automation-page.tsx").then((module) => module.AutomationPage),
});

export const editAutomationPage = definePage({
  path: "/automations/automation/$id/edit",
  within: "/automations",
  questions: ({ params }) => [automationQuery(params.id), automationChoicesQuery],
  load: () => import("./edit-automation-page.tsx").then((module) => module.EditAutomationPage),
});
