import { choiceIn, listIn, present, type RawSearch } from "../address.ts";

export const dashboardSpans = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
] as const;
export type DashboardSpan = (typeof dashboardSpans)[number]["value"];

export interface DashboardSearch {
  readonly since?: DashboardSpan;
  readonly tag?: readonly string[];
  readonly flow?: readonly string[];
  readonly subflows?: "show";
}

export function readDashboardSearch(search: RawSearch): DashboardSearch {
  return present({
    since: choiceIn(
      search,
      "since",
      dashboardSpans.map((span) => span.value),
    ),
    tag: listIn(search, "tag"),
    flow: listIn(search, "flow"),
    subflows: choiceIn(search, "subflows", ["show"]),
  });
}
