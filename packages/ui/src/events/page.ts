import { definePage } from "../define-page.ts";
import { eventCountsQuery, eventListQuery, eventQuery } from "./events.queries.ts";
import { readEventsSearch } from "./events-search.ts";

const loadChart = () => import("./events-chart.tsx");

export const eventsPage = definePage({
  path: "/events",
  search: readEventsSearch,
  questions: ({ search }) => [eventListQuery(search), eventCountsQuery(search)],
  topic: () => ({ kind: "events" }),
  nav: { label: "Events", icon: "events", shortcut: "e" },
  load: () => import("./events-page.tsx").then((module) => module.EventsPage),
  hits: {
    kind: "event-type",
    label: "Events",
    icon: "events",
    params: () => ({}),
    search: ({ name }) => ({ type: [name], since: "7d" }),
  },
  beside: () => [loadChart],
  later: [loadChart],
});

export const eventPage = definePage({
  path: "/events/$id",
  within: "/events",
  questions: ({ params }) => [eventQuery(params.id)],
  hits: { kind: "event", label: "Events", icon: "events" },
  load: () => import("./event-page.tsx").then((module) => module.EventPage),
});
