import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useLive } from "../api/live.ts";
import type { FlowRow } from "../api/types.ts";
import { RunBars } from "../charts/run-bars.tsx";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { amount, count, percent, seconds } from "../format.ts";
import { TagFilter } from "../runs/run-filters.tsx";
import { flowListQuery } from "./flows.queries.ts";
import { type FlowListSearch, flowSorts, readFlowListSearch } from "./flows-search.ts";
import { endedByThemselves, successRate } from "./run-figures.ts";

const route = getRouteApi("/flows");
const restMs = 1500;

export function FlowsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(flowListQuery(search));
  useLiveFlows();
  const change = (next: { readonly [K in keyof FlowListSearch]?: FlowListSearch[K] | undefined }) =>
    void navigate({ search: (before) => readFlowListSearch({ ...before, ...next }), resetScroll: false });
  const flows = list.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <Page title="Flows">
      <div className="flex flex-wrap items-center gap-1.5">
        <SearchField
          label="Filter by name"
          value={search.q ?? ""}
          onChange={(q) => change({ q: q === "" ? undefined : q })}
          className="w-52"
        />
        <TagFilter search={search} onChange={change} />
        <Select
          label="Order"
          value={search.sort ?? "LAST_RUN_DESC"}
          options={flowSorts}
          onChange={(sort) => change({ sort: sort === "LAST_RUN_DESC" ? undefined : sort })}
        />
        <span className="text-xs text-faint" role="status">
          {list.data?.pages[0] === undefined ? "" : amount(list.data.pages[0].count, "flow")}
        </span>
      </div>
      {list.isError ? (
        <Failure error={list.error} what="The list of flows" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Skeleton rows={10} height={44} /> : null}
      {list.isSuccess && flows.length === 0 ? (
        <NoFlows filtered={search.q !== undefined || search.tag !== undefined} />
      ) : null}
      {flows.length === 0 ? null : <FlowTable flows={flows} />}
      {list.hasNextPage ? (
        <Button className="self-center" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Page>
  );
}

const columns =
  "grid items-center gap-x-4 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(160px,1fr)_176px_72px_96px] lg:grid-cols-[minmax(160px,1fr)_176px_72px_72px_80px_80px_96px]";

function FlowTable({ flows }: { readonly flows: readonly FlowRow[] }) {
  return (
    <div role="table" aria-label="Flows" className="rounded-lg border bg-surface">
      <div role="rowgroup" className="max-md:sr-only">
        <div role="row" className={`${columns} h-8 border-b px-3 text-xs text-faint`}>
          <span role="columnheader">Flow</span>
          <span role="columnheader">Recent runs</span>
          <span role="columnheader" className="text-right max-lg:hidden">
            Runs, 30 d
          </span>
          <span role="columnheader" className="text-right">
            Success
          </span>
          <span role="columnheader" className="text-right max-lg:hidden">
            Median
          </span>
          <span role="columnheader" className="text-right max-lg:hidden">
            p95
          </span>
          <span role="columnheader" className="text-right">
            Last run
          </span>
        </div>
      </div>
      <div role="rowgroup">
        {flows.map((row) => (
          <Row key={row.flow.id} row={row} />
        ))}
      </div>
    </div>
  );
}

function Row({ row }: { readonly row: FlowRow }) {
  const rate = successRate(row.counts);
  const { median, p95 } = row;
  const total = Object.values(row.counts).reduce((sum, value) => sum + value, 0);
  const ended = `of ${amount(endedByThemselves(row.counts), "ended run")}`;
  return (
    <div role="row" className={`${columns} min-h-11 border-b px-3 py-1.5 last:border-0 hover:bg-hover`}>
      <span role="cell" className="flex min-w-0 items-center gap-2">
        <Link
          to="/flows/flow/$id"
          params={{ id: row.flow.id }}
          className="truncate font-medium hover:underline"
          title={row.flow.name}
        >
          {row.flow.name}
        </Link>
        <Tags tags={row.flow.tags} most={2} />
      </span>
      <span role="cell" className="flex min-w-0 items-end gap-3 max-md:order-last max-md:col-span-2">
        <RunBars runs={row.recent} most={20} height={30} barWidth={7} label={`Recent runs of ${row.flow.name}`} />
        <span className="ml-auto text-right text-xs text-faint md:hidden">
          {rate === null ? amount(total, "run") : `${percent(rate)} ${ended}`}
        </span>
      </span>
      <span role="cell" className="text-right text-muted max-lg:hidden">
        <Link
          to="/runs"
          search={{ flow: [row.flow.id], since: "30d" }}
          className="hover:text-text hover:underline"
          aria-label={`${amount(total, "run")} of ${row.flow.name} in 30 days`}
        >
          {count(total)}
        </Link>
      </span>
      <span
        role="cell"
        className={`text-right max-md:hidden ${rate !== null && rate < 0.9 ? "text-(--state-failed)" : ""}`}
        title={rate === null ? undefined : ended}
      >
        {rate === null ? <span className="text-faint">–</span> : percent(rate)}
      </span>
      <span role="cell" className="text-right max-lg:hidden">
        {median === null ? <span className="text-faint">–</span> : seconds(median)}
      </span>
      <span role="cell" className="text-right text-muted max-lg:hidden">
        {p95 === null ? <span className="text-faint">–</span> : seconds(p95)}
      </span>
      <span role="cell" className="text-right text-xs text-faint">
        <RelativeTime time={row.last_run} />
      </span>
    </div>
  );
}

function NoFlows({ filtered }: { readonly filtered: boolean }) {
  if (filtered) return <Empty title="No flow matches">No flow has that name and those tags.</Empty>;
  return (
    <FirstSteps title="No flow yet" programs={firstRun} awaited="the first flow">
      A flow appears here once it has been called, with its runs and their durations.
    </FirstSteps>
  );
}

/** Bars and figures follow the runs, with one read for many changes. */
function useLiveFlows(): void {
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const again = () => {
    timer.current = undefined;
    void queryClient.invalidateQueries({ queryKey: ["flows"] });
  };
  const onChanges = () => {
    timer.current ??= setTimeout(again, restMs);
  };
  useLive({ kind: "flow-runs" }, { onChanges, onResync: again });
}
