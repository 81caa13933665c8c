import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";
import { timeSteps } from "../charts/time-steps.ts";
import { clockSkewMs, type RunsSearch } from "../runs/runs-search.ts";

export const dashboardSpans = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
] as const;
export type DashboardSpan = (typeof dashboardSpans)[number]["value"];

export interface DashboardSearch {
  readonly since?: DashboardSpan;
  /** A narrowed time: both ends as timestamps. `since` stays beside it as the way back. */
  readonly from?: string;
  readonly to?: string;
  readonly tag?: readonly string[];
  readonly flow?: readonly string[];
  readonly subflows?: "show";
}

export type DashboardChange = { readonly [K in keyof DashboardSearch]?: DashboardSearch[K] | undefined };

export function readDashboardSearch(search: RawSearch): DashboardSearch {
  const [from, to] = [momentIn(search, "from"), momentIn(search, "to")];
  const isSpan = from !== undefined && to !== undefined && from < to;
  return present({
    since: choiceIn(
      search,
      "since",
      dashboardSpans.map((span) => span.value),
    ),
    from: isSpan ? from : undefined,
    to: isSpan ? to : undefined,
    tag: listIn(search, "tag"),
    flow: listIn(search, "flow"),
    subflows: choiceIn(search, "subflows", ["show"]),
  });
}

/** The default span, for links and the page alike. */
export function chosenSpan(search: DashboardSearch): DashboardSpan {
  return search.since ?? "24h";
}

/** The search for the list of the dashboard's runs. */
export function listSearch(search: DashboardSearch): RunsSearch {
  return {
    since: search.from ?? chosenSpan(search),
    ...(search.to === undefined ? {} : { until: search.to }),
    ...(search.flow === undefined ? {} : { flow: search.flow }),
    ...(search.tag === undefined ? {} : { tag: search.tag }),
    ...(search.subflows === "show" ? {} : { subflows: "hide" }),
  };
}

/** The time range of the page in milliseconds, and its bars. */
export interface DashboardRange {
  readonly from: number;
  readonly to: number;
  /**
   * The starts of the bars, and the end of the last one. They are whole steps of the reader's clock, so that they do not move as time
   * passes; the first one is at or before `from`.
   */
  readonly edges: readonly number[];
}

const hour = 3_600_000;
const spanHours: Readonly<Record<DashboardSpan, number>> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };
const maxBars = 60;

export function dashboardRange(search: DashboardSearch, now: number): DashboardRange {
  const { from: closeFrom, to: closeTo } = search;
  const [from, to] =
    closeFrom !== undefined && closeTo !== undefined
      ? [Date.parse(closeFrom), Date.parse(closeTo)]
      : [now - spanHours[chosenSpan(search)] * hour, now + clockSkewMs];
  return { from, to, edges: timeSteps(from, to - clockSkewMs, maxBars, 1000).edges(from, to) };
}

function momentIn(search: RawSearch, name: string): string | undefined {
  const time = Date.parse(textIn(search, name) ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
