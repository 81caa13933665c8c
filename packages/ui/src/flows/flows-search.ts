import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";

export const flowSorts = [
  { value: "LAST_RUN_DESC", label: "Last run first" },
  { value: "NAME_ASC", label: "By name" },
  { value: "CREATED_DESC", label: "Newest first" },
] as const;
export type FlowSort = (typeof flowSorts)[number]["value"];

export interface FlowListSearch {
  readonly q?: string;
  readonly tag?: readonly string[];
  readonly sort?: FlowSort;
}

export function readFlowListSearch(search: RawSearch): FlowListSearch {
  return present({
    q: textIn(search, "q"),
    tag: listIn(search, "tag"),
    sort: choiceIn(
      search,
      "sort",
      flowSorts.map((sort) => sort.value),
    ),
  });
}

export const flowSpans = [
  { value: "1", label: "Last day" },
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
] as const;
export type FlowDays = (typeof flowSpans)[number]["value"];

export interface FlowSearch {
  readonly days?: FlowDays;
  readonly tab?: "deployments" | "parameters" | "details";
}

export function readFlowSearch(search: RawSearch): FlowSearch {
  return present({
    days: choiceIn(
      search,
      "days",
      flowSpans.map((span) => span.value),
    ),
    tab: choiceIn(search, "tab", ["deployments", "parameters", "details"]),
  });
}
