import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { NewRows } from "../components/new-rows.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount } from "../format.ts";
import { limitListQuery } from "./concurrency-limits.queries.ts";
import {
  isLimitFilter,
  type LimitsSearch,
  type LimitsSearchChange,
  noLimitFilter,
  readLimitsSearch,
} from "./concurrency-limits-search.ts";
import { FirstLimit } from "./first-limit.tsx";
import { LimitFilters } from "./limit-filters.tsx";
import { LimitList } from "./limit-list.tsx";
import { useLiveLimits } from "./live-limits.ts";
import { useLimitActions } from "./use-limit-actions.tsx";

const LimitDialog = onDemand(() => import("./limit-dialog.tsx").then((module) => module.LimitDialog));

const route = getRouteApi("/concurrency-limits");

export function ConcurrencyLimitsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const table = useRef<HTMLDivElement>(null);
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery({ ...limitListQuery(search), placeholderData: keepPreviousData });
  const { waiting, show } = useLiveLimits(search, table);
  const { actions, dialog, problem } = useLimitActions();
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const change = (next: LimitsSearchChange) =>
    void navigate({ search: (before) => readLimitsSearch({ ...before, ...next }), resetScroll: false });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const isEmpty = list.isSuccess && rows.length === 0;
  const hasNone = first !== undefined && Object.values(first.kinds).every((found) => found === 0);
  return (
    <Page title="Concurrency">
      {hasNone ? null : (
        <LimitFilters search={search} onChange={change} kinds={first?.kinds} onCreate={() => setCreating(true)} />
      )}
      {list.isError ? (
        <Failure error={list.error} what="The list of limits" onRetry={() => void list.refetch()} />
      ) : null}
      {problem}
      {list.isPending ? <Skeleton rows={8} height={52} /> : null}
      {isEmpty && hasNone ? <FirstLimit onCreate={() => setCreating(true)} /> : null}
      {isEmpty && !hasNone ? <NoLimits search={search} onChange={change} /> : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <NewRows waiting={waiting} onShow={show} />
          <p className="text-xs text-faint" role="status">
            {first === undefined ? "" : amount(first.count, "limit")}
          </p>
          <LimitList limits={rows} actions={actions} list={table} onEnd={more} />
          {isFetchingNextPage ? <Skeleton rows={2} height={52} /> : null}
        </div>
      )}
      {dialog}
      {creating ? (
        <LimitDialog
          onClose={() => setCreating(false)}
          onCreated={(name) => void navigate({ to: "/concurrency-limits/$limit", params: { limit: name } })}
        />
      ) : null}
    </Page>
  );
}

function NoLimits(props: { readonly search: LimitsSearch; readonly onChange: (change: LimitsSearchChange) => void }) {
  const { search, onChange } = props;
  if (isLimitFilter(search))
    return (
      <Empty title="No limit matches">
        <p>
          {search.q === undefined
            ? "Nobody waits for a slot of these limits."
            : "No limits meet all conditions of the filter."}
        </p>
        <Button icon="close" className="mt-3" onClick={() => onChange(noLimitFilter)}>
          Clear the filter
        </Button>
      </Empty>
    );
  switch (search.of) {
    case undefined:
      return (
        <Empty title="No limit with a name or of a tag">
          Create one for what programs share, such as a database, or for the tasks with a tag.
        </Empty>
      );
    case "deployment":
      return (
        <Empty title="No deployment has a limit">
          A deployment has one where its `concurrency` says how many of its runs may be under way at once.
        </Empty>
      );
    case "key":
      return (
        <Empty title="No flow or task is limited by key now">
          A flow or a task with `concurrency` or `rate` in its code makes its limits when it runs. Those that nobody has
          needed for an hour are gone.
        </Empty>
      );
    default:
      return search.of satisfies never;
  }
}
